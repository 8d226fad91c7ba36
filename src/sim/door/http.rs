//! The door on a socket: HTTP/1.1 with keep-alive, for the demo, `pointsman sim` and other people's tools.
//!
//! It must never serve `/_sim/…` to a caller that is not on loopback.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::HeaderMap;
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};

use super::backstage;
use crate::sim::Sim;
use crate::sim::door::inproc::Dropped;

/// The world's time, as RFC 3339.
const NOW: HeaderName = HeaderName::from_static("x-sim-now");
/// Virtual seconds a real second.
const SPEED: HeaderName = HeaderName::from_static("x-sim-speed");

/// How long open calls may still run after the stop; a hung one would wait for ever.
const LAST_ANSWERS: Duration = Duration::from_secs(1);
/// How often the world is brought up to its clock when nobody calls.
const TICK: Duration = Duration::from_millis(500);
/// The largest body taken.
const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// Listens on `addr` (port 0: one the system gives) and serves until `stop` ends; the future is the server.
///
/// # Errors
/// When the address cannot be bound.
pub async fn serve(
    sim: Sim,
    addr: SocketAddr,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<(SocketAddr, impl Future<Output = ()> + Send)> {
    let listener = TcpListener::bind(addr).await?;
    let local = listener.local_addr()?;
    Ok((local, accept(sim, listener, stop)))
}

async fn accept(sim: Sim, listener: TcpListener, stop: impl Future<Output = ()> + Send) {
    let graceful = GracefulShutdown::new();
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            _ = tick.tick() => sim.catch_up(),
            Ok((stream, peer)) = listener.accept() => connect(&sim, &graceful, stream, peer),
        }
    }
    drop(listener);
    let _late = tokio::time::timeout(LAST_ANSWERS, graceful.shutdown()).await;
}

fn connect(sim: &Sim, graceful: &GracefulShutdown, stream: TcpStream, peer: SocketAddr) {
    // Small answers on a slow link must not wait for each other.
    let _unset = stream.set_nodelay(true);
    let sim = sim.clone();
    let service = service_fn(move |request| exchange(sim.clone(), request, peer));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        // A broken connection is the client's news, not the server's.
        let _closed = connection.await;
    });
}

async fn exchange(
    sim: Sim,
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
) -> Result<hyper::Response<Full<Bytes>>, Dropped> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, BODY_LIMIT).collect().await.map_err(|_| Dropped)?.to_bytes();
    let request = hyper::Request::from_parts(parts, body);
    if backstage::is_for(&request) && !peer.ip().is_loopback() {
        return Ok(backstage::not_from_here().map(Full::new));
    }
    let mut response = sim.call(request).await?;
    tell_time(&sim, response.headers_mut());
    Ok(response.map(Full::new))
}

/// Whoever wants to live on the world's clock reads it in the head of any answer.
fn tell_time(sim: &Sim, head: &mut HeaderMap) {
    let (now, speed) = (sim.now().to_string(), sim.clock().speed());
    head.extend(HeaderValue::try_from(now).ok().map(|now| (NOW, now)));
    head.insert(SPEED, HeaderValue::from(speed));
}
