//! IAM Identity Center through the SDK: a code is confirmed a while after it was asked for, and nothing is signed.

use std::time::Duration;

use aws_sdk_ssooidc::Client;
use aws_sdk_ssooidc::operation::create_token::{CreateTokenError, CreateTokenOutput};

use super::{calm, inject, world};
use crate::support::sdk_config;
use pointsman::sim::Sim;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The same without credentials: whoever signs in has none.
fn config(sim: &Sim) -> aws_config::SdkConfig {
    let mut config = sdk_config(sim, "eu-west-1").into_builder();
    config.set_credentials_provider(None);
    config.retry_config(aws_config::retry::RetryConfig::disabled()).build()
}

/// Asks for a code, as a client that was just registered.
async fn device(client: &Client) -> (String, String) {
    let told = client.register_client().client_name("a test").client_type("public").send().await.unwrap();
    let ask = client.start_device_authorization().start_url("https://corp.example/start");
    let ask = ask.client_id(told.client_id.unwrap()).client_secret(told.client_secret.unwrap());
    let told = ask.send().await.unwrap();
    let (code, page) = (told.user_code().unwrap(), told.verification_uri_complete().unwrap());
    assert_eq!(page, format!("https://corp.example/start/device?user_code={code}"));
    (told.device_code().unwrap().to_owned(), code.to_owned())
}

async fn token(client: &Client, device: &str) -> Result<CreateTokenOutput, CreateTokenError> {
    let ask = client.create_token().grant_type(GRANT).device_code(device);
    ask.client_id("any")
        .client_secret("any")
        .send()
        .await
        .map_err(aws_sdk_sts::error::SdkError::into_service_error)
}

#[tokio::test(start_paused = true)]
async fn a_code_is_pending_then_confirmed_and_runs_out() {
    let sim = calm();
    let client = Client::new(&config(&sim));
    let (first, code) = device(&client).await;
    assert!(code.starts_with("SIML-"), "{code}");
    assert!(token(&client, &first).await.unwrap_err().is_authorization_pending_exception());
    sim.advance(Duration::from_secs(15));
    let told = token(&client, &first).await.unwrap();
    assert_eq!(told.expires_in(), 3600);
    sim.advance(Duration::from_mins(10));
    assert!(token(&client, &first).await.unwrap_err().is_expired_token_exception());
    assert!(token(&client, "nonsense").await.unwrap_err().is_invalid_grant_exception());
}

#[tokio::test(start_paused = true)]
async fn a_role_is_given_by_a_token_that_lasts_and_by_no_other() {
    let sim = world("sso-expired");
    let (client, portal) = (Client::new(&config(&sim)), aws_sdk_sso::Client::new(&config(&sim)));
    let role = |token: &str| {
        let ask = portal.get_role_credentials().role_name("people").account_id("111122223333");
        ask.access_token(token).send()
    };
    assert!(role("run-out").await.unwrap_err().into_service_error().is_unauthorized_exception());
    let (device, _) = device(&client).await;
    sim.advance(Duration::from_secs(15));
    let token = token(&client, &device).await.unwrap().access_token.unwrap();
    let given = role(&token).await.unwrap().role_credentials.unwrap();
    assert_eq!(given.access_key_id(), Some("ASIApeople"));
    assert_eq!(given.expiration(), (sim.now() + Duration::from_hours(1)).as_millisecond());
    sim.advance(Duration::from_hours(1));
    assert!(role(&token).await.unwrap_err().into_service_error().is_unauthorized_exception());
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_is_possible_while_the_session_is_over_and_ends_that() {
    let sim = calm();
    let sts = aws_sdk_sts::Client::new(&sdk_config(&sim, "us-west-2"));
    inject(&sim, &serde_json::json!({ "kind": "expired-token" }));
    assert!(sts.get_caller_identity().send().await.is_err());
    let client = Client::new(&config(&sim));
    let (device, _) = device(&client).await;
    sim.advance(Duration::from_secs(15));
    token(&client, &device).await.unwrap();
    assert!(sts.get_caller_identity().send().await.is_ok());
}
