//! STS: who the credentials are, where they are from and when they end.

use super::Clients;
use super::error::trouble;
use crate::model::reading::{Identity, Trouble};
use crate::model::topology::Region;

impl Clients {
    /// The caller, from a Region's own STS endpoint.
    pub(super) async fn identity(&self, region: &Region) -> Result<Identity, Trouble> {
        self.inner.tally.call();
        let answer = self.inner.bound.sts(region).get_caller_identity().send().await.map_err(trouble)?;
        Ok(Identity {
            account: answer.account().unwrap_or_default().to_owned(),
            arn: answer.arn().unwrap_or_default().to_owned(),
            expires: self.inner.wallet.expires(),
            via: self.inner.wallet.via(),
        })
    }
}
