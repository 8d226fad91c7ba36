//! How questions reach a resolver: by sockets, by hand to somebody in this process, or not at all.
//!
//! It must never look into a message.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hickory_resolver::net::runtime::{DnsUdpSocket, RuntimeProvider, TokioRuntimeProvider, TokioTime};

/// An answer on its way; `None` is one that never comes.
pub type Letter = Pin<Box<dyn Future<Output = Option<Vec<u8>>> + Send>>;

/// Somebody in this process who answers questions.
pub trait Post: Send + Sync {
    /// What the resolver at an address answers to a message.
    fn ask(&self, to: SocketAddr, question: &[u8]) -> Letter;
}

/// How resolvers are reached.
#[derive(Clone)]
pub struct Way {
    /// It also holds the tasks of questions that are under way.
    sockets: TokioRuntimeProvider,
    to: To,
}

#[derive(Clone)]
enum To {
    Network,
    Hand(Arc<dyn Post>),
    Nobody,
}

impl Way {
    /// Over the network.
    #[must_use]
    pub fn sockets() -> Self {
        Self { sockets: TokioRuntimeProvider::new(), to: To::Network }
    }

    /// By hand, without a socket.
    #[must_use]
    pub fn by_hand(post: Arc<dyn Post>) -> Self {
        Self { to: To::Hand(post), ..Self::sockets() }
    }

    /// Nobody is asked: every question fails at once.
    #[must_use]
    pub fn nowhere() -> Self {
        Self { to: To::Nobody, ..Self::sockets() }
    }
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.to {
            To::Network => "Way::Network",
            To::Hand(_) => "Way::Hand",
            To::Nobody => "Way::Nobody",
        })
    }
}

type Waiting<T> = Pin<Box<dyn Send + Future<Output = Result<T, io::Error>>>>;

impl RuntimeProvider for Way {
    type Handle = <TokioRuntimeProvider as RuntimeProvider>::Handle;
    type Timer = TokioTime;
    type Udp = Line;
    type Tcp = <TokioRuntimeProvider as RuntimeProvider>::Tcp;

    fn create_handle(&self) -> Self::Handle {
        self.sockets.create_handle()
    }

    fn connect_tcp(
        &self,
        server: SocketAddr,
        bind: Option<SocketAddr>,
        timeout: Option<Duration>,
    ) -> Waiting<Self::Tcp> {
        match &self.to {
            To::Network => self.sockets.connect_tcp(server, bind, timeout),
            To::Hand(_) | To::Nobody => Box::pin(async { Err(closed()) }),
        }
    }

    fn bind_udp(&self, local: SocketAddr, server: SocketAddr) -> Waiting<Self::Udp> {
        match &self.to {
            To::Network => {
                let bound = self.sockets.bind_udp(local, server);
                Box::pin(async { bound.await.map(Line::Socket) })
            }
            To::Hand(post) => {
                let hand = Hand { post: Arc::clone(post), letters: Mutex::default() };
                Box::pin(async { Ok(Line::Hand(hand)) })
            }
            To::Nobody => Box::pin(async { Err(closed()) }),
        }
    }
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::NotConnected, "this console asks no resolver")
}

/// What datagrams go through.
pub enum Line {
    /// A socket.
    Socket(<TokioRuntimeProvider as RuntimeProvider>::Udp),
    /// Somebody in this process.
    Hand(Hand),
}

/// Questions handed over, and the answers that are waited for.
pub struct Hand {
    post: Arc<dyn Post>,
    letters: Mutex<Letters>,
}

#[derive(Default)]
struct Letters {
    open: VecDeque<(SocketAddr, Letter)>,
    reader: Option<Waker>,
}

impl DnsUdpSocket for Line {
    type Time = TokioTime;

    fn poll_recv_from(&self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<(usize, SocketAddr)>> {
        match self {
            Self::Socket(socket) => DnsUdpSocket::poll_recv_from(socket, cx, buf),
            Self::Hand(hand) => hand.poll_read(cx, buf),
        }
    }

    fn poll_send_to(&self, cx: &mut Context<'_>, buf: &[u8], to: SocketAddr) -> Poll<io::Result<usize>> {
        match self {
            Self::Socket(socket) => DnsUdpSocket::poll_send_to(socket, cx, buf, to),
            Self::Hand(hand) => {
                hand.send(buf, to);
                Poll::Ready(Ok(buf.len()))
            }
        }
    }
}

impl Hand {
    fn send(&self, question: &[u8], to: SocketAddr) {
        let letter = self.post.ask(to, question);
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.open.push_back((to, letter));
        if let Some(reader) = letters.reader.take() {
            reader.wake();
        }
    }

    fn poll_read(&self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<(usize, SocketAddr)>> {
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.reader = Some(cx.waker().clone());
        let mut at = 0;
        while let Some((from, letter)) = letters.open.get_mut(at) {
            match letter.as_mut().poll(cx) {
                Poll::Pending => at += 1,
                Poll::Ready(answer) => {
                    let from = *from;
                    letters.open.remove(at);
                    let Some(answer) = answer else { continue };
                    let length = answer.len().min(buf.len());
                    buf[..length].copy_from_slice(&answer[..length]);
                    return Poll::Ready(Ok((length, from)));
                }
            }
        }
        Poll::Pending
    }
}
