//! The way from one bastion to AWS, which can be cut: then nothing is answered any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
}

impl Cable {
    pub(super) fn new(sim: &Sim) -> Self {
        Self { to: InProcess(sim.clone()), is_cut: Arc::default() }
    }

    pub(super) fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
    }

    pub(super) fn mend(&self) {
        self.is_cut.store(false, Ordering::SeqCst);
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
        self.to.call(request)
    }
}
