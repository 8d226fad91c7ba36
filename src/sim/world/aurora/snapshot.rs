//! Cluster snapshots: the one that a failover leaves behind, copies of it, and how long each is kept.
//! It must never delete what somebody made by hand.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;

use super::Aurora;
use crate::sim::world::error::ApiError;
use crate::sim::world::{World, noise};

/// Manual cluster snapshots an account may have in a Region.
const QUOTA: usize = 100;

/// A snapshot of a cluster.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Snapshot {
    /// Identifier (`rds:unplanned-global-failover-…`).
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Identifier of its cluster.
    pub cluster: String,
    /// ARN of its cluster.
    pub of: String,
    /// Index of its Region.
    pub region: usize,
    /// When it was begun.
    pub at: Timestamp,
    /// Made by hand: it stays until it is deleted.
    pub manual: bool,
    /// `creating`, `copying`, `available`.
    pub status: String,
    /// When it is there.
    pub ready: Timestamp,
    /// When RDS deletes it.
    pub expires: Option<Timestamp>,
    /// ARN of the snapshot it is a copy of.
    pub source: Option<String>,
    /// Key it is encrypted with.
    pub key: String,
}

impl Aurora {
    /// The snapshot with this ARN, or with this identifier in a Region.
    #[must_use]
    pub fn snapshot(&self, region: usize, id: &str) -> Option<&Snapshot> {
        self.snapshots.iter().find(|s| s.arn == id || (s.region == region && s.id == id))
    }
}

impl World {
    /// `CopyDBClusterSnapshot`, called in the Region that gets the copy; the source by its ARN, or by its identifier
    /// in the same Region. From another Region a key of this one is needed, because the clusters are encrypted.
    ///
    /// # Errors
    /// `DBClusterSnapshotNotFoundFault`, `DBClusterSnapshotAlreadyExistsFault`, `InvalidDBClusterSnapshotStateFault`,
    /// `SnapshotQuotaExceeded`, `KMSKeyNotAccessibleFault`, `InvalidParameterValue`.
    pub fn copy_snapshot(
        &mut self,
        region: &str,
        source: &str,
        target: &str,
        key: Option<&str>,
    ) -> Result<Snapshot, ApiError> {
        let here = self.region_ix(region).ok_or_else(|| missing(source))?;
        let Some(from) = self.aurora.snapshot(here, source).cloned() else { return Err(missing(source)) };
        let home = self.regions[from.region].name.clone();
        self.may_copy(here, &from, target)?;
        let key = match (from.region == here, key) {
            (_, Some(key)) if key.contains(&format!(":{region}:")) || key.starts_with("alias/") => {
                key.to_owned()
            }
            (true, None) => from.key.clone(),
            (false, None) => {
                let message =
                    "A KMS key of the destination Region is required to copy an encrypted snapshot.";
                return Err(ApiError::new(400, "KMSKeyNotAccessibleFault", message));
            }
            (_, Some(key)) => {
                let message = format!(
                    "The specified KMS key [{key}] does not exist, is not enabled or you do not have permissions to access it."
                );
                return Err(ApiError::new(400, "KMSKeyNotAccessibleFault", message));
            }
        };
        let (low, high) = if from.region == here { (70.0, 150.0) } else { (200.0, 420.0) };
        let mut copy = self.new_snapshot((here, &from.of), target, (low, high));
        copy.manual = true;
        copy.expires = None;
        "copying".clone_into(&mut copy.status);
        copy.source = Some(from.arn.clone());
        copy.key = key;
        self.notice_of_snapshot(&copy, false);
        self.aurora.snapshots.push(copy.clone());
        let detail = json!({ "source": from.arn, "from": home, "target": target });
        self.record(region, "rds", "CopyDBClusterSnapshot", detail);
        Ok(copy)
    }

    fn may_copy(&self, here: usize, from: &Snapshot, target: &str) -> Result<(), ApiError> {
        if target.contains(':') || !target.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let message = format!(
                "The parameter TargetDBClusterSnapshotIdentifier is not a valid identifier: {target}"
            );
            return Err(ApiError::new(400, "InvalidParameterValue", message));
        }
        if self.aurora.snapshots.iter().any(|s| s.region == here && s.id == target) {
            let message = format!("Cannot create the DB cluster snapshot {target}: it already exists.");
            return Err(ApiError::new(400, "DBClusterSnapshotAlreadyExistsFault", message));
        }
        if from.status != "available" {
            let message = format!("The snapshot {} is in the state {}.", from.id, from.status);
            return Err(ApiError::new(400, "InvalidDBClusterSnapshotStateFault", message));
        }
        if self.aurora.snapshots.iter().filter(|s| s.region == here && s.manual).count() >= QUOTA {
            let message = format!("The account has {QUOTA} manual DB cluster snapshots, which is its quota.");
            return Err(ApiError::new(400, "SnapshotQuotaExceeded", message));
        }
        Ok(())
    }

    /// The automated snapshot that Aurora takes of an old writer before it is rebuilt.
    pub(super) fn take_snapshot(&mut self, arn: &str) {
        let Some(cluster) = self.aurora.cluster(arn) else { return };
        let stamp = self.now.strftime("%Y-%m-%d-%H-%M");
        let id = format!("rds:unplanned-global-failover-{}-{stamp}", cluster.id);
        let region = cluster.region;
        let keep = SignedDuration::try_from(self.aurora.retention).unwrap_or(SignedDuration::MAX);
        let mut snapshot = self.new_snapshot((region, arn), &id, (40.0, 90.0));
        snapshot.expires = self.now.saturating_add(keep).ok();
        self.notice_of_snapshot(&snapshot, false);
        self.aurora.snapshots.push(snapshot);
    }

    fn new_snapshot(&self, (region, of): (usize, &str), id: &str, takes: (f64, f64)) -> Snapshot {
        let name = &self.regions[region].name;
        let takes = noise::between(self.seed, self.ticked, noise::key(id), takes.0, takes.1);
        #[expect(clippy::cast_possible_truncation, reason = "some minutes")]
        let takes = SignedDuration::from_secs(takes as i64);
        Snapshot {
            id: id.to_owned(),
            arn: format!("arn:aws:rds:{name}:{}:cluster-snapshot:{id}", self.account),
            cluster: of.rsplit(':').next().unwrap_or(of).to_owned(),
            of: of.to_owned(),
            region,
            at: self.now,
            manual: false,
            status: "creating".to_owned(),
            ready: self.now.saturating_add(takes).unwrap_or(Timestamp::MAX),
            expires: None,
            source: None,
            key: format!("arn:aws:kms:{name}:{}:key/{}", self.account, noise::uuid(name)),
        }
    }

    /// One second of all snapshots: what is ready, and what is over.
    pub(in crate::sim::world) fn keep_snapshots(&mut self) {
        let now = self.now;
        let lost: Vec<bool> = self.regions.iter().map(|r| r.now.lost).collect();
        let snapshots = &mut self.aurora.snapshots;
        let ready = |s: &&mut Snapshot| s.status != "available" && s.ready <= now && !lost[s.region];
        let mut done = Vec::new();
        for snapshot in snapshots.iter_mut().filter(ready) {
            "available".clone_into(&mut snapshot.status);
            done.push(snapshot.clone());
        }
        snapshots.retain(|s| s.expires.is_none_or(|at| at > now));
        for snapshot in done {
            self.notice_of_snapshot(&snapshot, true);
        }
    }
}

fn missing(id: &str) -> ApiError {
    ApiError::new(404, "DBClusterSnapshotNotFoundFault", format!("DBClusterSnapshot {id} not found."))
}
