//! The door for DNS questions: a message goes in, a message comes out; and the sockets before it, UDP and TCP.
//!
//! Each simulated resolver has an address of its own. A resolver of a lost Region never answers.
//! It must never choose an answer: the world does.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RData, Record};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;

use crate::sim::Sim;
use crate::sim::world::dns::resolver::{Answer, Found};

/// The first port of the resolvers when nobody says another; the next ones follow it.
pub const USUAL_PORT: u16 = 5301;
/// The longest answer that UDP carries unless the question says that it takes more.
const UDP_LIMIT: usize = 512;
/// How many ports that the system gives are tried before that is an error.
const PORTS_TRIED: usize = 16;
/// How long a TCP connection may stay silent.
const IDLE: Duration = Duration::from_secs(10);

/// Where the resolver with this number listens when nobody says otherwise, and is found in process.
#[must_use]
pub fn usual_address(resolver: usize) -> SocketAddr {
    let port = USUAL_PORT.saturating_add(u16::try_from(resolver).unwrap_or(u16::MAX));
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

impl Sim {
    /// How many resolvers there are.
    #[must_use]
    pub fn resolvers(&self) -> usize {
        self.look(|world| world.dns.resolvers.len())
    }

    /// Answers one question at a resolver; `None` when no answer ever comes, as to bytes that are no question.
    #[must_use]
    pub fn ask_dns(&self, resolver: usize, question: &[u8]) -> Option<Vec<u8>> {
        let asked = Message::from_vec(question).ok()?;
        if asked.metadata.message_type != MessageType::Query {
            return None;
        }
        let mut answer = Message::response(asked.metadata.id, asked.metadata.op_code);
        answer.metadata.recursion_desired = asked.metadata.recursion_desired;
        answer.metadata.recursion_available = true;
        answer.metadata.response_code = match asked.queries.as_slice() {
            [query] if asked.metadata.op_code == OpCode::Query => {
                let said = self.said_to(resolver, query)?;
                fill(&mut answer, &said)
            }
            _ => ResponseCode::NotImp,
        };
        answer.add_queries(asked.queries.clone());
        answer.to_vec().ok()
    }

    fn said_to(&self, resolver: usize, query: &Query) -> Option<Answer> {
        if query.query_class() != DNSClass::IN {
            return Some(Answer { exists: false, found: Vec::new() });
        }
        let name = query.name().to_lowercase().to_ascii();
        let kind = query.query_type().to_string();
        self.world().ask_resolver(resolver, &name, &kind)
    }
}

/// Puts what was found into a message; the code that goes with it.
fn fill(message: &mut Message, said: &Answer) -> ResponseCode {
    message.add_answers(said.found.iter().filter_map(record));
    if said.exists { ResponseCode::NoError } else { ResponseCode::NXDomain }
}

fn record(found: &Found) -> Option<Record> {
    let kind = found.kind.parse().ok()?;
    let data = RData::try_from_str(kind, &found.value).ok()?;
    Some(Record::from_rdata(Name::from_ascii(&found.name).ok()?, found.ttl, data))
}

/// Listens for each resolver at an address, UDP and TCP, until `stop` ends; the future is the server.
///
/// A usual port that somebody else has is replaced by one that the system gives.
///
/// # Errors
/// When no port can be had.
pub async fn serve(
    sim: Sim,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<(Vec<SocketAddr>, impl Future<Output = ()> + Send)> {
    let (mut addresses, mut tasks) = (Vec::new(), JoinSet::new());
    for resolver in 0..sim.resolvers() {
        let (udp, tcp) = bind(usual_address(resolver)).await?;
        addresses.push(udp.local_addr()?);
        tasks.spawn(datagrams(sim.clone(), resolver, udp));
        tasks.spawn(connections(sim.clone(), resolver, tcp));
    }
    let serving = async move {
        stop.await;
        tasks.abort_all();
    };
    Ok((addresses, serving))
}

async fn bind(wanted: SocketAddr) -> io::Result<(UdpSocket, TcpListener)> {
    if let Ok(both) = bind_both(wanted).await {
        return Ok(both);
    }
    // A port that the system gives for one may be taken for the other: then another one is asked for.
    for _ in 0..PORTS_TRIED {
        if let Ok(both) = bind_both(SocketAddr::new(wanted.ip(), 0)).await {
            return Ok(both);
        }
    }
    bind_both(SocketAddr::new(wanted.ip(), 0)).await
}

async fn bind_both(wanted: SocketAddr) -> io::Result<(UdpSocket, TcpListener)> {
    let udp = UdpSocket::bind(wanted).await?;
    let tcp = TcpListener::bind(udp.local_addr()?).await?;
    Ok((udp, tcp))
}

async fn datagrams(sim: Sim, resolver: usize, socket: UdpSocket) {
    let mut buffer = [0; 4096];
    loop {
        let Ok((length, peer)) = socket.recv_from(&mut buffer).await else { continue };
        let Some(answer) = sim.ask_dns(resolver, &buffer[..length]) else { continue };
        let answer = fitting(answer, &buffer[..length]);
        // A peer that is gone asks again or does not.
        let _sent = socket.send_to(&answer, peer).await;
    }
}

/// An answer that is too long for the datagram is cut, and says so.
fn fitting(answer: Vec<u8>, question: &[u8]) -> Vec<u8> {
    let limit = Message::from_vec(question).map_or(UDP_LIMIT, |asked| usize::from(asked.max_payload()));
    if answer.len() <= limit.max(UDP_LIMIT) {
        return answer;
    }
    let cut = Message::from_vec(&answer).map(|message| message.truncate());
    cut.ok().and_then(|message| message.to_vec().ok()).unwrap_or_default()
}

async fn connections(sim: Sim, resolver: usize, listener: TcpListener) {
    let mut open = JoinSet::new();
    let sim = Arc::new(sim);
    loop {
        tokio::select! {
            Ok((stream, _)) = listener.accept() => {
                let sim = Arc::clone(&sim);
                open.spawn(async move {
                    // A broken connection is the client's news, not the server's.
                    let _closed = converse(&sim, resolver, stream).await;
                });
            }
            Some(_) = open.join_next() => {}
        }
    }
}

/// Each message goes after its length in two bytes.
async fn converse(sim: &Sim, resolver: usize, mut stream: TcpStream) -> io::Result<()> {
    loop {
        let length = tokio::time::timeout(IDLE, stream.read_u16()).await??;
        let mut question = vec![0; usize::from(length)];
        stream.read_exact(&mut question).await?;
        let Some(answer) = sim.ask_dns(resolver, &question) else { return Ok(()) };
        let length = u16::try_from(answer.len()).map_err(io::Error::other)?;
        stream.write_all(&[&length.to_be_bytes(), answer.as_slice()].concat()).await?;
    }
}
