//! Amazon Resource Names of the kinds that a config holds.
//!
//! Only the form is judged here; whether the thing exists is for `pointsman check` to find out.

/// A kind of resource, with the form of its ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ArnKind {
    /// An ARC cluster.
    Cluster,
    /// An ARC control panel.
    Panel,
    /// An ARC routing control.
    Control,
    /// An ARC safety rule.
    Rule,
    /// An Aurora cluster.
    RdsCluster,
    /// A Region switch plan.
    SwitchPlan,
    /// An RDS instance.
    RdsInstance,
    /// An IAM role.
    Role,
}

impl ArnKind {
    /// The form, for people.
    pub(super) fn form(self) -> &'static str {
        match self {
            Self::Cluster => "arn:aws:route53-recovery-control::ACCOUNT:cluster/ID",
            Self::Panel => "arn:aws:route53-recovery-control::ACCOUNT:controlpanel/ID",
            Self::Control => "arn:aws:route53-recovery-control::ACCOUNT:controlpanel/ID/routingcontrol/ID",
            Self::Rule => "arn:aws:route53-recovery-control::ACCOUNT:controlpanel/ID/safetyrule/ID",
            Self::RdsCluster => "arn:aws:rds:REGION:ACCOUNT:cluster:ID",
            Self::SwitchPlan => "arn:aws:arc-region-switch::ACCOUNT:plan/NAME:ID",
            Self::RdsInstance => "arn:aws:rds:REGION:ACCOUNT:db:ID",
            Self::Role => "arn:aws:iam::ACCOUNT:role/NAME",
        }
    }

    /// What it is called.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Cluster => "an ARC cluster",
            Self::Panel => "a control panel",
            Self::Control => "a routing control",
            Self::Rule => "a safety rule",
            Self::RdsCluster => "an Aurora cluster",
            Self::SwitchPlan => "a Region switch plan",
            Self::RdsInstance => "an RDS instance",
            Self::Role => "an IAM role",
        }
    }

    const ALL: [Self; 8] = [
        Self::Cluster,
        Self::Panel,
        Self::Control,
        Self::Rule,
        Self::RdsCluster,
        Self::SwitchPlan,
        Self::RdsInstance,
        Self::Role,
    ];

    fn service(self) -> &'static str {
        match self {
            Self::Cluster | Self::Panel | Self::Control | Self::Rule => "route53-recovery-control",
            Self::RdsCluster | Self::RdsInstance => "rds",
            Self::SwitchPlan => "arc-region-switch",
            Self::Role => "iam",
        }
    }

    fn owns(self, service: &str, resource: &str) -> bool {
        let parts: Vec<&str> = resource.split('/').collect();
        service == self.service()
            && match self {
                Self::Cluster => matches!(parts.as_slice(), ["cluster", id] if named(id)),
                Self::Panel => matches!(parts.as_slice(), ["controlpanel", id] if named(id)),
                Self::Control => matches!(parts.as_slice(),
                    ["controlpanel", panel, "routingcontrol", id] if named(panel) && named(id)),
                Self::Rule => matches!(parts.as_slice(),
                    ["controlpanel", panel, "safetyrule", id] if named(panel) && named(id)),
                Self::RdsCluster => resource.strip_prefix("cluster:").is_some_and(named),
                Self::SwitchPlan => matches!(parts.as_slice(),
                    ["plan", id] if id.split_once(':').is_some_and(|(name, id)| named(name) && named(id))),
                Self::RdsInstance => resource.strip_prefix("db:").is_some_and(named),
                Self::Role => matches!(parts.as_slice(), ["role", path @ ..]
                    if !path.is_empty() && path.iter().all(|part| !part.is_empty())),
            }
    }
}

fn named(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// The parts of a well-formed ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arn {
    /// The whole, as written.
    pub(super) text: String,
    /// Empty for a global service.
    pub(super) region: String,
    /// Twelve digits.
    pub(super) account: String,
    /// All after the account.
    pub(super) resource: String,
}

/// Reads an ARN of one kind.
pub(super) fn parse(kind: ArnKind, text: &str) -> Result<Arn, String> {
    let wrong = |why: String| format!("{why}; {} looks like {}", kind.noun(), kind.form());
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, service, region, account, resource] = parts.as_slice() else {
        return Err(wrong("not an ARN".to_owned()));
    };
    if *partition != "aws" && !partition.starts_with("aws-") {
        return Err(wrong(format!("\"{partition}\" is no partition")));
    }
    if !kind.owns(service, resource) {
        let other = ArnKind::ALL.into_iter().find(|other| other.owns(service, resource));
        return Err(wrong(match other {
            Some(other) => format!("this is the ARN of {}", other.noun()),
            None => format!("this is not the ARN of {}", kind.noun()),
        }));
    }
    super::value::account(account).map_err(wrong)?;
    match (kind, *region) {
        (ArnKind::RdsCluster | ArnKind::RdsInstance, region) => {
            super::value::region(region).map_err(wrong)?;
        }
        (_, "") => {}
        _ => return Err(wrong("it has a Region where it should have none".to_owned())),
    }
    Ok(Arn {
        text: text.to_owned(),
        region: (*region).to_owned(),
        account: (*account).to_owned(),
        resource: (*resource).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form() {
        for kind in ArnKind::ALL {
            let text = kind.form().replace("ACCOUNT", "111122223333").replace("REGION", "us-east-1");
            let arn = parse(kind, &text).unwrap();
            assert_eq!((arn.text, arn.account.as_str()), (text, "111122223333"), "{kind:?}");
        }
    }

    #[test]
    fn says_what_it_is_instead() {
        let panel = ArnKind::Panel.form().replace("ACCOUNT", "111122223333");
        assert!(
            parse(ArnKind::Control, &panel).unwrap_err().starts_with("this is the ARN of a control panel; ")
        );
        for wrong in [
            "",
            "arn",
            "arn:aws:rds:us-east-1:1:cluster:x",
            "arn:gcp:rds:us-east-1:111122223333:cluster:x",
            "arn:aws:rds::111122223333:cluster:x",
            "arn:aws:rds:us-east-1:111122223333:cluster:",
            "arn:aws:rds:us-east-1:111122223333:db:x",
        ] {
            assert!(parse(ArnKind::RdsCluster, wrong).is_err(), "{wrong}");
        }
    }
}
