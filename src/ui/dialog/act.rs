//! The list of what can be done: each playbook for each Region that could receive, and why some are off.
//!
//! It is fixed when it opens, so that no line moves under the finger; the sheet reads everything anew.

use jiff::Timestamp;

use super::keys::ACT;
use super::page::{Page, Para};
use super::{Arm, Dialog, Moment, Reply, Request, SETTLE, moved};
use crate::model::topology::Region;
use crate::model::verdict::{self, Lamp, RegionVerdict};
use crate::plan::history::Flip;
use crate::plan::interlock::{self, Interlock, Prepared, Verdict};
use crate::plan::operation::Operation;
use crate::plan::{Intent, Plan, Playbook};
use crate::ui::Mode;
use crate::ui::action::Action;
use crate::ui::digest::Advice;
use crate::ui::keymap::Keys;
use crate::ui::theme::Role;
use crate::ui::view::Facts;

/// How far down the list what is advised is looked for: a frame asks for it.
const ADVISED: usize = 8;

/// The list.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    offers: Vec<Offer>,
    selected: usize,
    opened: Timestamp,
}

/// One thing that could be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// What it would be.
    pub intent: Intent,
    /// Its plan, or why there is none.
    pub plan: Result<Plan, String>,
    /// Its interlocks, as they stood when the list opened.
    pub interlocks: Vec<Interlock>,
}

impl Offer {
    fn new(intent: Intent, facts: &Facts<'_>) -> Self {
        let (plan, interlocks) =
            match interlock::prepare(facts.world, &facts.console.history, &intent, facts.now) {
                Ok(Prepared { plan, interlocks, .. }) => (Ok(plan), interlocks),
                Err(why) => (Err(why), Vec::new()),
            };
        Self { intent, plan, interlocks }
    }

    fn is_open(&self) -> bool {
        self.plan.is_ok() && interlock::clear(&self.interlocks)
    }

    /// What it moves, in a few words; a copy moves nothing.
    fn moves(&self) -> String {
        let Ok(plan) = &self.plan else { return String::new() };
        let writes = plan.steps.iter().filter_map(|step| step.operation());
        let moved = writes.filter(|o| !matches!(o, Operation::SnapshotCopy(_))).map(Operation::subject);
        moved.collect::<Vec<String>>().join(", ")
    }

    /// Its shape and its word.
    fn standing(&self) -> (&'static str, String, Role) {
        let count = |is: fn(&Verdict) -> bool| self.interlocks.iter().filter(|i| is(&i.verdict)).count();
        let holds = count(|verdict| matches!(verdict, Verdict::Hold(_)));
        let warns = count(|verdict| matches!(verdict, Verdict::Warn(_)));
        match (&self.plan, holds, warns) {
            (Err(_), ..) => ("–", "off".to_owned(), Role::Muted),
            (Ok(_), 0, 0) => ("●", "free".to_owned(), Role::LampOk),
            (Ok(_), 0, warns) => ("▲", format!("{warns} to read"), Role::LampLook),
            (Ok(_), holds, _) => ("■", format!("{holds} hold"), Role::LampBad),
        }
    }

    fn reasons(&self) -> Vec<Para> {
        if let Err(why) = &self.plan {
            return vec![Para::new(format!("– {why}")).hang(2)];
        }
        let line = |interlock: &Interlock| {
            let (shape, role, reason) = match &interlock.verdict {
                Verdict::Pass => return None,
                Verdict::Warn(reason) => ("▲ ", Role::LampLook, reason),
                Verdict::Hold(reason) => ("■ ", Role::LampBad, reason),
            };
            let text = format!("{}{reason}", super::terms::asked(&interlock.name));
            Some(Para::default().add(shape, role).add(text, Role::Text).hang(2))
        };
        self.interlocks.iter().filter_map(line).collect()
    }
}

impl Dialog {
    /// What comes after an intent was chosen: its sheet and the request for its reads, or first the question whether
    /// to arm.
    #[must_use]
    pub fn begin(intent: Intent, moment: &Moment<'_>) -> (Self, Option<Request>) {
        if !moment.is_armed() {
            return (Self::Arm(Arm::before_act(moment)), None);
        }
        let request = Request::OpenSheet(intent.clone());
        (Self::sheet(intent, moment), Some(request))
    }
}

impl Act {
    /// Opens now.
    #[must_use]
    pub fn new(moment: &Moment<'_>) -> Self {
        let verdicts = verdict::regions(moment.facts.world, moment.facts.now);
        let intents = intents(moment.facts, &verdicts.iter().collect::<Vec<_>>());
        let offers: Vec<Offer> = intents.into_iter().map(|intent| Offer::new(intent, moment.facts)).collect();
        let selected = first(&offers, moment.facts);
        Self { offers, selected, opened: moment.at() }
    }

    /// What is on the list.
    #[must_use]
    pub fn offers(&self) -> &[Offer] {
        &self.offers
    }

    pub(super) fn on(&mut self, action: Option<Action>, moment: &Moment<'_>) -> Reply {
        match action {
            Some(Action::Choose) => self.choose(moment),
            Some(Action::Arm) if moment.is_armed() => Reply::Ask(Request::Disarm),
            Some(Action::Arm) => Reply::Open(Box::new(Dialog::Arm(Arm::before_act(moment))), None),
            Some(Action::Cli) => self.cli(moment),
            Some(action) => {
                let page = self.offers.len().div_ceil(2).max(1);
                self.selected = moved(self.selected, self.offers.len(), page, action);
                Reply::Stay
            }
            None => Reply::Stay,
        }
    }

    fn choose(&self, moment: &Moment<'_>) -> Reply {
        let Some(offer) = self.offers.get(self.selected) else { return Reply::Stay };
        if moment.since(self.opened) < SETTLE {
            return Reply::Stay;
        }
        if moment.is_armed() && offer.plan.is_err() {
            return Reply::Stay;
        }
        let (dialog, request) = Dialog::begin(offer.intent.clone(), moment);
        Reply::Open(Box::new(dialog), request)
    }

    fn cli(&self, moment: &Moment<'_>) -> Reply {
        match self.offers.get(self.selected).map(|offer| &offer.plan) {
            Some(Ok(plan)) => {
                let cli = Dialog::cli(plan, moment.facts.world.topology());
                let copy = cli.clip(moment).map(Request::Copy);
                Reply::Open(Box::new(cli), copy)
            }
            _ => Reply::Stay,
        }
    }

    pub(super) fn page(&self, facts: &Facts<'_>, keys: Keys<'_>) -> Page {
        let mut body = vec![armed_para(facts, keys), Para::blank()];
        body.extend(self.offers.iter().enumerate().map(|(at, offer)| self.line(at, offer)));
        let mut foot = vec![Para::blank()];
        if let Some(offer) = self.offers.get(self.selected) {
            let playbook = &offer.intent.playbook;
            let about = playbook.told(facts.world.topology()).trim_end_matches('.');
            foot.push(Para::new(format!("{playbook}: {about}.")));
            foot.extend(offer.reasons());
        }
        let tail = vec![Para::default().add(keys.sentence(ACT), Role::Muted)];
        Page { title: "ACT".to_owned(), body, foot, tail, ..Page::default() }
    }

    fn line(&self, at: usize, offer: &Offer) -> Para {
        let selected = at == self.selected;
        let mark = if selected { "▸ " } else { "  " };
        let Intent { playbook, from, to } = &offer.intent;
        let (shape, standing, role) = offer.standing();
        let words = self.offers.iter().map(|offer| offer.intent.playbook.word().chars().count());
        let width = words.max().unwrap_or_default().max(10);
        let text = format!(" {playbook:<width$} {from} → {to}");
        let para = Para::new(mark).add(shape, role).add(text, Role::Text);
        let para = para.aside(format!("  {}", offer.moves()), Role::Text);
        para.selected(selected).right(standing, role)
    }
}

fn armed_para(facts: &Facts<'_>, keys: Keys<'_>) -> Para {
    match facts.console.mode {
        Mode::Armed { until } => {
            let left = std::time::Duration::try_from(until.duration_since(facts.now)).unwrap_or_default();
            Para::new(format!("Armed for {} more.", super::terms::spoken(left)))
        }
        Mode::Watch => {
            let (arm, choose) = (keys.spoken(Action::Arm), keys.spoken(Action::Choose));
            let text = format!("press {arm} to arm first; then {choose} opens the confirmation sheet.");
            Para::default().add("Watching: ", Role::LampLook).add(text, Role::Text)
        }
        Mode::Running => Para::new("A run is in flight; nothing else can be started."),
    }
}

/// Where the list opens: at what can be begun; while no Region is bad, at what has nothing against it, so that it is no
/// failover that nobody needs.
fn first(offers: &[Offer], facts: &Facts<'_>) -> usize {
    let calm = verdict::regions(facts.world, facts.now).iter().all(|region| region.lamp != Lamp::Bad);
    let free =
        |offer: &Offer| offer.plan.is_ok() && offer.interlocks.iter().all(|i| i.verdict == Verdict::Pass);
    let free = offers.iter().position(free).filter(|_| calm);
    free.or_else(|| offers.iter().position(Offer::is_open)).unwrap_or_default()
}

/// What the list opens at while a Region is bad: the first that nothing holds back.
#[must_use]
pub fn advised(facts: &Facts<'_>, verdicts: &[&RegionVerdict]) -> Option<Advice> {
    let worst = intents(facts, verdicts).into_iter().take(ADVISED);
    let open = worst.map(|intent| Offer::new(intent, facts)).find(Offer::is_open)?;
    Some(Advice { usual: open.plan.ok()?.usual(), intent: open.intent })
}

/// Every intent that makes sense to look at: the worst Region leaves first.
#[must_use]
pub fn intents(facts: &Facts<'_>, verdicts: &[&RegionVerdict]) -> Vec<Intent> {
    let topology = facts.world.topology();
    let bad = |region: &Region| verdicts.iter().any(|v| &v.region == region && v.lamp == Lamp::Bad);
    let mut leaving: Vec<&Region> = topology.regions.iter().map(|region| &region.name).collect();
    leaving.sort_by_key(|region| !bad(region));
    let writers: Vec<Region> = topology
        .auroras
        .iter()
        .filter_map(|aurora| verdict::writer(facts.world, &aurora.store, facts.now))
        .map(|writer| writer.value)
        .collect();
    let mut intents = Vec::new();
    for from in leaving {
        for to in topology.regions.iter().map(|region| &region.name).filter(|to| *to != from) {
            let writes = writers.is_empty() || writers.contains(from);
            let history = &facts.console.history;
            let leads_home = |flip: &Flip| flip.from == *to && flip.to == *from;
            let makes_sense = |playbook: &Playbook| match playbook {
                Playbook::Failback => writes && history.last_failover().is_some_and(leads_home),
                Playbook::Restore => verdict::drained(facts.world, to, facts.now),
                Playbook::Evacuate | Playbook::Own(_) => true,
                Playbook::Switchover | Playbook::Failover => writes,
            };
            let own = topology.playbooks.iter().map(|recipe| Playbook::Own(recipe.name.clone()));
            let mut playbooks: Vec<Playbook> =
                Playbook::ALL.into_iter().chain(own).filter(makes_sense).collect();
            // What is planned stands first, unless the Region is bad: then it is what the operator came for.
            playbooks.sort_by_key(|playbook| bad(from) && *playbook != Playbook::Failover);
            let intent = |playbook| Intent { playbook, from: from.clone(), to: to.clone() };
            intents.extend(playbooks.into_iter().map(intent));
        }
    }
    intents
}
