//! The way from one bastion to AWS, which can be cut: then nothing is answered any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use pointsman::sim::Sim;

use crate::support::InProcess;

/// The cable of a bastion.
#[derive(Clone, Debug)]
pub(super) struct Cable {
    to: InProcess,
    is_cut: Arc<AtomicBool>,
    /// While which of the next writes to the bastions' table is answered the world's clock jumps on; 0 for none.
    jump: Arc<AtomicU64>,
}

impl Cable {
    pub(super) fn new(sim: &Sim) -> Self {
        Self { to: InProcess(sim.clone()), is_cut: Arc::default(), jump: Arc::default() }
    }

    pub(super) fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
    }

    pub(super) fn mend(&self) {
        self.is_cut.store(false, Ordering::SeqCst);
    }
}

impl Cable {
    /// The world's clock jumps on two minutes while this one of the next writes to the bastions' table is answered.
    pub(super) fn jumps_at(&self, write: u64) {
        self.jump.store(write, Ordering::SeqCst);
    }

    fn jumps_now(&self, request: &HttpRequest) -> bool {
        let puts = request.headers().get("x-amz-target").is_some_and(|target| target.ends_with(".PutItem"));
        let left = self.jump.load(Ordering::SeqCst);
        if puts && left > 0 {
            self.jump.store(left - 1, Ordering::SeqCst);
        }
        puts && left == 1
    }
}

impl HttpClient for Cable {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Cable {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if self.is_cut.load(Ordering::SeqCst) {
            return HttpConnectorFuture::new(std::future::pending());
        }
        let (jumps, clock) = (self.jumps_now(&request), self.to.0.clock().clone());
        let answer = self.to.call(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await;
            if jumps {
                clock.advance(Duration::from_mins(2));
            }
            answer
        })
    }
}
