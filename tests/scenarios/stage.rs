//! A play: the world of a scenario, the console's eyes and hands, and an operator who acts when the scenario says.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::Timestamp;
use pointsman::aws::Clients;
use pointsman::aws::actuator::Hands;
use pointsman::clock::Clock;
use pointsman::config::{self, Config, PlaybookFile};
use pointsman::model::World;
use pointsman::model::reading::Observation;
use pointsman::model::topology::{Region, Topology};
use pointsman::plan::event::{End, Entry, Event, Outcome, Start};
use pointsman::plan::interlock;
use pointsman::plan::progress::{Progress, StepState};
use pointsman::plan::run::{self, Command, Ports, WhenHeld};
use pointsman::plan::{Intent, Plan, Playbook};
use pointsman::sampler::{self, Pace};
use pointsman::sim::scenario::{Act, Expect, Say, Scenario};
use pointsman::sim::{Sim, handout};
use tempfile::TempDir;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::book::Book;
use super::door::{Left, Watched};
use super::people;
use crate::support::{ByHand, InProcess, sign_in_files};

/// When every play begins: not on a whole minute, as no day does.
const START: &str = "2026-03-02T09:00:17Z";
/// A loopback address, so that the clients sign as the simulated caller; no socket is ever opened.
const BASE_URL: &str = "http://127.0.0.1:4566";
/// How long an operator waits for the reads after the key.
const READS: Duration = Duration::from_secs(6);
/// Who acts.
pub(crate) const WHO: &str = "maria";

/// How an act ended, as far as it did.
#[derive(Clone, Debug)]
pub(crate) enum Came {
    /// It was refused before anything could be sent, with every reason.
    Refused(String),
    /// It ran; this is where it stood when it ended or held.
    Ran(Box<Progress>),
}

impl Came {
    /// `confirmed`, `aborted`, or how the first step ended that did not end well.
    pub(crate) fn outcome(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Ran(run) => match (&run.closed, held(run).first()) {
                (Some((_, End::Confirmed, _)), _) => "confirmed",
                (Some((_, End::Aborted, _)), _) => "aborted",
                (None, Some((outcome, _))) => outcome.word(),
                _ => "neither ended nor held",
            },
        }
    }

    /// What it says where it stopped.
    pub(crate) fn says(&self) -> String {
        match self {
            Self::Refused(why) => why.clone(),
            Self::Ran(run) => match &run.closed {
                Some((_, _, summary)) => summary.clone(),
                None => held(run).into_iter().map(|(_, why)| why).collect::<Vec<_>>().join("; "),
            },
        }
    }
}

/// Nobody acts while a run holds: it is closed first, and by whom is in its lines.
pub(crate) fn close_open(
    came: &mut [Came],
    ledger: &mut dyn run::Ledger,
    clock: &Clock,
) -> Result<(), run::Stop> {
    for came in came {
        if let Came::Ran(open) = came
            && open.is_open()
        {
            let lines = ledger.entries(&open.run)?;
            **open = run::close(&lines, (WHO, "another way is taken"), ledger, clock)?;
        }
    }
    Ok(())
}

fn held(run: &Progress) -> Vec<(Outcome, String)> {
    let ends = run.held().into_iter().filter_map(|id| run.steps.get(&id));
    ends.filter_map(|step| match step.state {
        StepState::Done(outcome) => Some((outcome, step.why.clone())),
        _ => None,
    })
    .collect()
}

/// Something to do at a moment.
#[derive(Clone, Copy, Debug)]
enum Cue<'a> {
    Check(&'a Expect),
    Act(&'a Act),
    Say(&'a Say),
    End,
}

/// The stage.
pub(crate) struct Stage {
    pub(crate) sim: Sim,
    pub(crate) config: Config,
    pub(crate) scenario: Scenario,
    pub(crate) book: Book,
    pub(crate) door: Watched,
    pub(crate) amend: fn(&mut Plan),
    resumes: bool,
    /// The AWS files, where people sign in.
    pub(crate) files: TempDir,
}

/// A play that is over.
pub(crate) struct Played {
    pub(crate) sim: Sim,
    pub(crate) scenario: Scenario,
    pub(crate) book: Book,
    pub(crate) came: Vec<Came>,
    pub(crate) left: Vec<Left>,
    /// How many requests there were, reads too.
    pub(crate) calls: usize,
    pub(crate) topology: Arc<Topology>,
    /// The ground truth at the end.
    pub(crate) truth: serde_json::Value,
}

impl Played {
    pub(crate) fn journal(&self) -> Vec<Entry> {
        self.book.lines()
    }

    /// The run of an act, the first being 1.
    pub(crate) fn run(&self, act: usize) -> &Progress {
        match &self.came[act - 1] {
            Came::Ran(run) => run,
            Came::Refused(why) => panic!("it was refused: {why}"),
        }
    }
}

impl Stage {
    pub(crate) fn new(scenario: &Scenario, seed: u64, book: Book) -> Self {
        let sim = Sim::new(scenario, seed, Clock::starting_at(START.parse().unwrap(), 1));
        let config = sim.look(|world| handout::config(world, BASE_URL));
        let own: Vec<PlaybookFile> = sim.look(handout::playbooks).into_iter().map(playbook).collect();
        let config = config::parse(&config, "pointsman.toml").unwrap().with_playbooks(&own);
        let mut config = config.unwrap_or_else(|problems| panic!("{problems}"));
        let files = sign_in_files(&sim, &mut config);
        let door = Watched::new(InProcess(sim.clone()), book.clone());
        Self { sim, config, scenario: scenario.clone(), book, door, amend: |_| {}, resumes: false, files }
    }

    /// Has the operator's plan be another one than the playbook's.
    pub(crate) fn amending(self, amend: fn(&mut Plan)) -> Self {
        Self { amend, ..self }
    }

    /// Has somebody resume a run as soon as it says that it can go on.
    pub(crate) fn resuming(self) -> Self {
        Self { resumes: true, ..self }
    }

    /// What an operator sits at, with the sampler at work.
    pub(crate) fn console(&self) -> Console {
        let clock = self.sim.clock().clone();
        let transport = SharedHttpClient::new(self.door.clone());
        let topology = &self.config.topology;
        let clients = Clients::new(&self.config.access, topology.clone(), clock.clone(), Some(transport))
            .resolving_by(ByHand::way(&self.sim));
        let (out, observations) = mpsc::channel(4096);
        let (pace, paced) = watch::channel(Pace::Calm);
        let _meter = sampler::spawn(clients.clone(), clock.clone(), out, paced);
        let (world, book) = (World::new(topology.clone()), self.book.clone());
        let (running, came, amend, resumes) = (None, Vec::new(), self.amend, self.resumes);
        Console { clock, clients, world, book, observations, pace, running, came, amend, resumes }
    }

    /// Plays to the end and holds every expectation against what is so.
    pub(crate) async fn play(self) -> Played {
        let mut console = self.console();
        let Self { sim, config, scenario, book, door, files: _kept, .. } = self;
        let start = sim.now();
        for (moment, cue) in cues(&scenario) {
            console.until(start.checked_add(moment).unwrap()).await;
            match cue {
                Cue::Check(expect) => {
                    let name = &scenario.scenario.name;
                    assert_eq!(
                        console.clock.now(),
                        start.checked_add(moment).unwrap(),
                        "{name}: {expect:?} is late"
                    );
                    let result = super::expect::check(expect, &sim, &console.world, &console.came);
                    assert_eq!(
                        result,
                        Ok(()),
                        "{name} at {moment:?}: {expect:?}\n{}",
                        super::laws::told(&book)
                    );
                }
                Cue::Act(act) => console.act(act).await,
                Cue::Say(say) => console.say(say).await,
                Cue::End => {}
            }
        }
        assert!(console.running.is_none(), "a run has come to no rest:\n{}", super::laws::told(&book));
        let truth = sim.truth();
        Played {
            sim,
            scenario,
            book,
            came: console.came,
            left: door.left(),
            calls: door.calls(),
            topology: config.topology,
            truth,
        }
    }
}

/// As it would lie beside the config.
fn playbook((name, text): (&str, &str)) -> PlaybookFile {
    PlaybookFile { name: name.to_owned(), file: format!("playbooks/{name}.toml"), text: text.to_owned() }
}

/// Everything in the order of time; what is checked at a moment is checked before what is done then.
fn cues(scenario: &Scenario) -> Vec<(Duration, Cue<'_>)> {
    let end = scenario.scenario.length;
    let checks = scenario.expect.iter().map(|expect| (expect.by.unwrap_or(end), Cue::Check(expect)));
    let acts = scenario.act.iter().map(|act| (act.at, Cue::Act(act)));
    let says = scenario.say.iter().map(|say| (say.at, Cue::Say(say)));
    let mut cues: Vec<_> = checks.chain(acts).chain(says).chain([(end, Cue::End)]).collect();
    cues.sort_by_key(|(at, _)| *at);
    cues
}

/// What an operator sits at.
pub(crate) struct Console {
    pub(crate) clock: Clock,
    clients: Clients,
    pub(crate) world: World,
    book: Book,
    observations: mpsc::Receiver<Observation>,
    pace: watch::Sender<Pace>,
    running: Option<Running>,
    came: Vec<Came>,
    amend: fn(&mut Plan),
    resumes: bool,
}

struct Running {
    readings: mpsc::Sender<Observation>,
    commands: mpsc::Sender<Command>,
    task: JoinHandle<Progress>,
}

impl Console {
    /// Lets time pass until then, seeing what is seen.
    pub(crate) async fn until(&mut self, then: Timestamp) {
        let left = Duration::try_from(then.duration_since(self.clock.now())).unwrap_or_default();
        let clock = self.clock.clone();
        self.meanwhile(clock.sleep(left)).await;
    }

    /// Takes in what is seen, and the end of a run, while something else is waited for.
    async fn meanwhile<T>(&mut self, other: impl Future<Output = T>) -> T {
        let mut other = std::pin::pin!(other);
        loop {
            let running = self.running.as_mut();
            tokio::select! {
                biased;
                Some(seen) = self.observations.recv() => self.take_in(seen),
                ran = async { (&mut running.unwrap().task).await }, if running.is_some() => {
                    self.running = None;
                    self.came.push(Came::Ran(Box::new(ran.unwrap())));
                    self.pace.send(Pace::Calm).unwrap();
                }
                done = &mut other => return done,
            }
        }
    }

    fn take_in(&mut self, seen: Observation) {
        if let Some(running) = &self.running {
            // As in the console: a full channel means newer readings are on their way.
            let _dropped = running.readings.try_send(seen.clone());
        }
        self.world.apply(seen);
    }

    /// What an operator does: looks afresh, is told what holds, and begins.
    async fn act(&mut self, act: &Act) {
        assert!(self.running.is_none(), "two runs at a time");
        let intent = intent(act);
        self.pace.send(Pace::Run).unwrap();
        let asked = self.clock.now();
        self.read_afresh(&intent).await;
        let past = self.book.past();
        let refused = interlock::prepare_afresh(&self.world, &past, &intent, (asked, self.clock.now()));
        let refused = refused.and_then(|prepared| {
            let held = interlock::holds(&prepared.interlocks);
            if held.is_empty() { Ok(prepared.plan) } else { Err(held.join("; ")) }
        });
        let mut ledger = self.book.ledger();
        close_open(&mut self.came, &mut *ledger, &self.clock).unwrap();
        match refused {
            Err(why) => {
                run::refuse(intent, why.clone(), WHO.to_owned(), &mut *ledger, &self.clock).unwrap();
                self.came.push(Came::Refused(why));
                self.pace.send(Pace::Calm).unwrap();
            }
            Ok(mut plan) => {
                (self.amend)(&mut plan);
                let begun = run::start(plan, start_of(), &mut *ledger, &self.clock).unwrap();
                self.running = Some(self.drive(begun));
            }
        }
    }

    /// What somebody says to a run that waits, as its journal shows it.
    async fn say(&mut self, say: &Say) {
        let lines = self.book.lines();
        let run = lines.last().unwrap().run.clone();
        let lines: Vec<Entry> = lines.into_iter().filter(|line| line.run == run).collect();
        let run = Progress::replay(&lines).unwrap();
        let Some(command) = people::said(&run, say) else {
            panic!("nothing waits for {say:?}:\n{}", super::laws::told(&self.book))
        };
        self.running.as_ref().unwrap().commands.send(command).await.unwrap();
    }

    /// Everything a plan decides on but metrics, as the sheet reads it.
    async fn read_afresh(&mut self, intent: &Intent) {
        let (clients, clock) = (self.clients.clone(), self.clock.clone());
        let (told, mut heard) = mpsc::unbounded_channel();
        let reads = interlock::rests_on(clients.topology(), intent).into_iter().map(move |source| {
            let (clients, told) = (clients.clone(), told.clone());
            async move {
                let _gone = told.send(clients.insist(&source).await);
            }
        });
        let reads: Vec<_> = reads.collect();
        self.meanwhile(async move {
            tokio::select! {
                _ = futures::future::join_all(reads) => {}
                () = clock.sleep(READS) => {}
            }
        })
        .await;
        while let Ok(seen) = heard.try_recv() {
            self.take_in(seen);
        }
    }

    fn drive(&self, begun: Progress) -> Running {
        let (commands, commanded) = mpsc::channel(1);
        let (readings, observations) = mpsc::channel(1024);
        let (entries, mut told) = mpsc::unbounded_channel::<Entry>();
        let when_held = if self.resumes { WhenHeld::Wait } else { WhenHeld::StopThere };
        let (resumes, resume) = (self.resumes, commands.clone().downgrade());
        tokio::spawn(async move {
            while let Some(entry) = told.recv().await {
                let renewed = matches!(&entry.event, Event::Noted { text, .. } if text.contains("renewed"));
                if let Some(resume) = resume.upgrade().filter(|_| resumes && renewed) {
                    resume.send(Command::Resume { who: WHO.to_owned() }).await.unwrap();
                }
            }
        });
        let ports = Ports {
            actuator: Arc::new(Hands::new(self.clients.clone(), 7)),
            ledger: self.book.ledger(),
            clock: self.clock.clone(),
            observations,
            commands: commanded,
            inboxes: Vec::new(),
            entries,
            when_held,
        };
        let driven = run::drive(begun, self.world.clone(), ports);
        let task = tokio::spawn(async move { driven.await.unwrap() });
        Running { readings, commands, task }
    }
}

pub(crate) fn intent(act: &Act) -> Intent {
    let playbook = Playbook::named(&act.playbook);
    Intent { playbook, from: Region::new(&act.from), to: Region::new(&act.to) }
}

pub(crate) fn start_of() -> Start {
    Start {
        who: WHO.to_owned(),
        host: "bastion".to_owned(),
        account: None,
        role: None,
        reason: "the scenario says so".to_owned(),
        drill: true,
        simulated: true,
    }
}
