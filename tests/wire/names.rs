//! Resolvers asked through the real client, by hand and over sockets, and what Route 53 tells of changes and checks.

use std::time::Duration;

use pointsman::dns::{Resolvers, Way};
use pointsman::model::reading::{Reading, Resolved, Source, TroubleKind};
use pointsman::model::topology::DnsName;
use pointsman::sim::fault::Fault;
use pointsman::sim::{door, handout};

use super::{BASE_URL, Bench, east, west, world};

const NAME: &str = "store.example.com";

fn at(resolver: &str) -> Source {
    Source::Resolver(NAME.to_owned(), resolver.to_owned())
}

async fn resolved(bench: &Bench, resolver: &str) -> Resolved {
    let Reading::Resolved(resolved) = bench.read(&at(resolver)).await else { panic!() };
    resolved
}

#[tokio::test(start_paused = true)]
async fn a_resolver_tells_its_answer_its_time_left_and_what_stands_behind() {
    let bench = Bench::new("calm");
    let near = resolved(&bench, "near use1").await;
    assert_eq!(near.addresses.len(), 3);
    assert_eq!((&near.addresses, near.chain.len()), (&near.behind[&east()], 0), "latency leads here");
    assert_ne!(near.behind[&east()], near.behind[&west()]);
    assert!(near.ttl <= Duration::from_mins(1), "{:?}", near.ttl);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let later = resolved(&bench, "near use1").await.ttl;
    assert!(
        later + Duration::from_secs(1) == near.ttl || later == Duration::from_mins(1),
        "it is not kept here"
    );
    let far = resolved(&bench, "near usw2").await;
    assert_eq!(far.addresses, far.behind[&west()]);
    assert!(bench.calls().is_empty(), "no credentials are needed, and AWS is not asked");
}

#[tokio::test(start_paused = true)]
async fn a_cname_is_told_with_the_names_it_leads_on_to() {
    let scenario = "[scenario]\nname = \"x\"\nabout = \"x\"\nlength = \"1m\"\n[world.dns]\nname = \"store.example.com\"\n\
                    zone = \"Z\"\npolicy = \"latency\"\nttl = \"20s\"\nform = \"cname\"\n";
    let scenario = pointsman::sim::scenario::parse(scenario).unwrap();
    let start = "2026-03-02T09:00:00Z".parse().unwrap();
    let sim = pointsman::sim::Sim::new(&scenario, 7, pointsman::clock::Clock::starting_at(start, 1));
    let text = sim.look(|world| handout::config(world, BASE_URL));
    let bench = Bench::of(sim, &text);
    let near = resolved(&bench, "near use1").await;
    let target = bench.clients.topology().dns[0].records[0].target.clone().unwrap();
    assert_eq!(near.chain, [target]);
    assert_eq!(near.addresses, near.behind[&east()]);
    assert!(near.ttl <= Duration::from_secs(20));
}

#[tokio::test(start_paused = true)]
async fn a_resolver_that_never_answers_is_given_up_and_delays_no_other() {
    let scenario = "[scenario]\nname = \"x\"\nabout = \"x\"\nlength = \"1m\"\n\
                    [[world.resolvers]]\nname = \"inside\"\nnear = \"us-east-1\"\ninside = true\n\
                    [[world.resolvers]]\nname = \"outside\"\nnear = \"us-east-1\"\n";
    let scenario = pointsman::sim::scenario::parse(scenario).unwrap();
    let start = "2026-03-02T09:00:00Z".parse().unwrap();
    let sim = pointsman::sim::Sim::new(&scenario, 7, pointsman::clock::Clock::starting_at(start, 1));
    let text = sim.look(|world| handout::config(world, BASE_URL));
    let bench = Bench::of(sim, &text);
    bench.inject(Fault::RegionLost { region: "us-east-1".into() });
    let begin = tokio::time::Instant::now();
    resolved(&bench, "outside").await;
    assert_eq!(begin.elapsed(), Duration::ZERO);
    assert_eq!(bench.trouble(&at("inside")).await.kind, TroubleKind::TimedOut);
    assert!(begin.elapsed() <= Duration::from_secs(5), "{:?}", begin.elapsed());
    assert_eq!(bench.trouble(&at("nobody")).await.kind, TroubleKind::NotFound);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_not_there_is_an_answer_without_addresses() {
    let bench = Bench::new("calm");
    let topology = bench.clients.topology();
    let resolvers = Resolvers::new(topology, crate::support::ByHand::way(&bench.sim));
    let strange = DnsName { name: "gone.example.com".to_owned(), ..topology.dns[0].clone() };
    let answer = resolvers.ask(&strange, "near use1").await.unwrap();
    assert_eq!((answer.addresses.len(), answer.behind.len()), (0, 2));
    let nowhere =
        Resolvers::new(topology, Way::nowhere()).ask(&topology.dns[0], "near use1").await.unwrap_err();
    assert_eq!(nowhere.kind, TroubleKind::Unreachable, "{nowhere}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_goes_over_udp_and_tcp_to_the_same_resolver() {
    use hickory_proto::op::{Message, Query};
    use hickory_proto::rr::{Name, RecordType};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let sim = world("calm");
    let (addresses, server) = door::dns::serve(sim.clone(), std::future::pending()).await.unwrap();
    let server = tokio::spawn(server);
    assert_eq!(addresses.len(), sim.resolvers());
    let mut question = Message::query();
    question.add_query(Query::query(Name::from_ascii("store.example.com.").unwrap(), RecordType::A));
    let question = question.to_vec().unwrap();
    let udp = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    udp.send_to(&question, addresses[0]).await.unwrap();
    let mut buffer = [0; 1500];
    let (length, from) = udp.recv_from(&mut buffer).await.unwrap();
    assert_eq!(from, addresses[0]);
    let by_udp = Message::from_vec(&buffer[..length]).unwrap();
    let mut tcp = tokio::net::TcpStream::connect(addresses[0]).await.unwrap();
    tcp.write_u16(u16::try_from(question.len()).unwrap()).await.unwrap();
    tcp.write_all(&question).await.unwrap();
    let mut answer = vec![0; usize::from(tcp.read_u16().await.unwrap())];
    tcp.read_exact(&mut answer).await.unwrap();
    let by_tcp = Message::from_vec(&answer).unwrap();
    let data = |message: &Message| message.answers.iter().map(|r| r.data.clone()).collect::<Vec<_>>();
    assert_eq!((data(&by_udp).len(), data(&by_udp)), (3, data(&by_tcp)));
    server.abort();
}
