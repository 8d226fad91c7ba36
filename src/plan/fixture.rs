//! A run that has just begun, for the tests inside `plan`.

use crate::model::fixture::{Scene, east, west};
use crate::plan::event::{Entry, Event, RunId, Start};
use crate::plan::progress::Progress;
use crate::plan::{Intent, Playbook, playbook};

/// A run from us-east-1 to us-west-2 in a simulated world, with its first line and no other.
pub(super) fn begun(scene: &Scene, playbook: Playbook, account: Option<&str>) -> Progress {
    let intent = Intent { playbook, from: east(), to: west() };
    let plan = playbook::plan(&scene.world, &intent, scene.now).unwrap();
    let start = Start {
        who: "maria".to_owned(),
        host: "bastion".to_owned(),
        account: account.map(str::to_owned),
        role: None,
        reason: String::new(),
        drill: false,
        simulated: true,
    };
    let entry = Entry {
        seq: 1,
        run: RunId("3f9a0c11".to_owned()),
        at: scene.now,
        event: Event::Started { plan, start },
        previous: String::new(),
        hash: String::new(),
    };
    Progress::replay(std::slice::from_ref(&entry)).unwrap()
}
