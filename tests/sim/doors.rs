//! Both doors carry the same bytes; what is not signed, not known or not answered looks as it should.

use std::net::SocketAddr;
use std::time::Duration;

use aws_sdk_sts::Client;
use bytes::Bytes;
use http::Request;
use pointsman::clock::Clock;
use pointsman::sim::door::http::serve;
use pointsman::sim::door::inproc::Dropped;
use pointsman::sim::{Sim, scenario};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{calm, inject};

const IDENTITY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

fn scope(region: &str, service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKID/20260302/{region}/{service}/aws4_request, SignedHeaders=host, Signature=00"
    )
}

fn signed(service: &str, body: &'static str) -> Request<Bytes> {
    let request =
        Request::post("/").header("host", "sim.local").header("authorization", scope("us-east-1", service));
    request.body(Bytes::from_static(body.as_bytes())).unwrap()
}

async fn text(sim: &Sim, request: Request<Bytes>) -> (u16, String) {
    let response = sim.call(request).await.unwrap();
    (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap())
}

#[tokio::test(start_paused = true)]
async fn what_is_not_signed_is_refused_in_the_services_own_form() {
    let sim = calm();
    let unsigned = Request::post("/").body(Bytes::from_static(IDENTITY.as_bytes())).unwrap();
    let (status, body) = text(&sim, unsigned).await;
    assert_eq!(status, 403);
    assert!(
        body.contains("<Code>MissingAuthenticationToken</Code>") && body.contains("<RequestId>"),
        "{body}"
    );
    let garbled = Request::post("/")
        .header("authorization", "AWS4-HMAC-SHA256 Credential=AKID")
        .header("x-amz-target", "DynamoDB_20120810.ListTables")
        .body(Bytes::from_static(b"{}"))
        .unwrap();
    let (status, body) = text(&sim, garbled).await;
    assert_eq!(status, 400);
    assert!(body.contains("IncompleteSignatureException"), "{body}");
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_is_not_there_is_named() {
    let sim = calm();
    let (status, body) = text(&sim, signed("rds", "Action=CreateDBCluster&Version=2014-10-31")).await;
    assert_eq!(status, 400);
    assert!(body.contains("<Code>InvalidAction</Code>") && body.contains("CreateDBCluster"), "{body}");
    let mut request = signed("dynamodb", "{}");
    request.headers_mut().insert("x-amz-target", "DynamoDB_20120810.Scan".parse().unwrap());
    let (status, body) = text(&sim, request).await;
    assert_eq!(status, 400);
    assert!(body.contains("UnknownOperationException") && body.contains("Scan"), "{body}");
    let (status, body) = text(&sim, signed("sqs", "Action=ListQueues")).await;
    assert_eq!(status, 404);
    assert!(body.contains("sqs") && body.contains("ListQueues"), "{body}");
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_and_calls_give_the_same_bytes() {
    let once = || async {
        let sim = calm();
        let mut answers = Vec::new();
        for _ in 0..3 {
            answers.push(text(&sim, signed("rds", "Action=DescribeDBClusters&Version=2014-10-31")).await);
            tokio::time::sleep(Duration::from_secs(7)).await;
        }
        answers
    };
    assert_eq!(once().await, once().await);
}

#[tokio::test(start_paused = true)]
async fn injected_faults_speak_each_services_language() {
    let sim = calm();
    inject(&sim, &json!({"kind": "access-denied", "service": "sts"}));
    let (status, body) = text(&sim, signed("sts", IDENTITY)).await;
    assert_eq!(status, 403);
    assert!(body.contains("<Code>AccessDenied</Code>"), "{body}");
    inject(&sim, &json!({"kind": "clear"}));
    inject(&sim, &json!({"kind": "lost-answer", "service": "sts", "operation": "GetCallerIdentity"}));
    assert_eq!(sim.call(signed("sts", IDENTITY)).await.unwrap_err(), Dropped);
}

/// A simulator behind a socket, in real time: sockets do not wait for a paused clock.
async fn behind_a_socket() -> (Sim, SocketAddr, tokio::sync::oneshot::Sender<()>, tokio::task::JoinHandle<()>)
{
    let scenario = scenario::find("calm").unwrap();
    let sim = Sim::new(&scenario, 7, Clock::starting_at(super::START.parse().unwrap(), 1));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let (address, server) = serve(sim.clone(), any, async { drop(stopped.await) }).await.unwrap();
    (sim, address, stop, tokio::spawn(server))
}

#[tokio::test]
async fn the_sdk_speaks_through_the_socket_and_the_server_stops() {
    let (_, address, stop, server) = behind_a_socket().await;
    let config = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("us-west-2"))
        .endpoint_url(format!("http://{address}"))
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(
            aws_credential_types::Credentials::new("AKID", "secret", None, None, "test"),
        ))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    for _ in 0..2 {
        let identity = Client::new(&config).get_caller_identity().send().await.unwrap();
        assert_eq!(identity.account(), Some("111122223333"));
    }
    stop.send(()).unwrap();
    server.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn one_connection_takes_many_requests_and_a_lost_answer_closes_it() {
    let (sim, address, stop, server) = behind_a_socket().await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: sim\r\nauthorization: {}\r\ncontent-length: {}\r\n\r\n{IDENTITY}",
        scope("us-east-1", "sts"),
        IDENTITY.len()
    );
    let mut buffer = vec![0; 4096];
    for _ in 0..2 {
        stream.write_all(request.as_bytes()).await.unwrap();
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(String::from_utf8_lossy(&buffer[..read]).starts_with("HTTP/1.1 200 OK"));
    }
    inject(&sim, &json!({"kind": "lost-answer", "service": "sts", "operation": "GetCallerIdentity"}));
    stream.write_all(request.as_bytes()).await.unwrap();
    assert_eq!(stream.read(&mut buffer).await.unwrap(), 0, "closed without an answer");
    stop.send(()).unwrap();
    server.await.unwrap();
}
