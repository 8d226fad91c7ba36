//! STS through the SDK.

use aws_sdk_sts::Client;

use super::calm;
use crate::support::sdk_config;

#[tokio::test(start_paused = true)]
async fn the_caller_has_the_accounts_number() {
    let sim = calm();
    let identity = Client::new(&sdk_config(&sim, "us-west-2")).get_caller_identity().send().await.unwrap();
    assert_eq!(identity.account(), Some("111122223333"));
    assert!(identity.arn().unwrap().starts_with("arn:aws:sts::111122223333:"));
    assert!(identity.user_id().is_some());
}
