//! The SDK's time and sleep on the one clock, so that signing, time-outs and back-off are as virtual as the world.

use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use crate::clock::Clock;

/// The least real time that an answer is given, whatever the clock's speed.
const LEAST: Duration = Duration::from_millis(500);

/// The clock as the SDK wants it.
#[derive(Clone, Debug)]
pub(super) struct SdkClock(pub(super) Clock);

impl TimeSource for SdkClock {
    fn now(&self) -> SystemTime {
        self.0.to_sign().into()
    }
}

impl AsyncSleep for SdkClock {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(tokio::time::sleep(patience(&self.0, duration)))
    }
}

/// Waiting in the host's time, for what the hosts share among themselves and no simulated world takes part in.
#[derive(Clone, Copy, Debug)]
pub(super) struct HostSleep;

impl AsyncSleep for HostSleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(tokio::time::sleep(duration))
    }
}

/// How long to wait really for an answer that may take `span` of the clock's time. A clock that runs fast makes no
/// processor faster, so there is a least.
pub(super) fn patience(clock: &Clock, span: Duration) -> Duration {
    clock.real(span).max(span.min(LEAST))
}

/// The SDK's form of a time, to the second.
pub(super) fn to_sdk(at: Timestamp) -> DateTime {
    DateTime::from_secs(at.as_second())
}

/// Our form of an SDK time; `None` when it is out of range.
pub(super) fn from_sdk(at: &DateTime) -> Option<Timestamp> {
    Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).ok()?).ok()
}
