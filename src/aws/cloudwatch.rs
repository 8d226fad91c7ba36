//! CloudWatch: points of metrics, packed up to five hundred a call, and states of alarms.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudwatch::types::{
    AlarmType, Dimension, Metric as SdkMetric, MetricDataQuery, MetricDataResult, MetricStat, ScanBy,
    StateValue, StatusCode,
};
use jiff::Timestamp;

use super::error::trouble;
use super::time::{from_sdk, to_sdk};
use super::{Clients, undeclared};
use crate::model::reading::{AlarmState, MetricAnswer, MetricBatch, Point, Trouble, TroubleKind};
use crate::model::topology::{Formula, Metric, Region};

/// The most metrics one `GetMetricData` may ask (aws-facts section 7).
pub const QUERIES_A_CALL: usize = 500;
/// The most names one `DescribeAlarms` may ask.
const ALARMS_A_CALL: usize = 100;
/// How long after the end of a period most of its data exist (aws-facts section 7: one to three minutes late). Asked
/// sooner, what is missing is seen a whole period later, because a metric is never asked twice in one.
const LATENESS: Duration = Duration::from_secs(80);
/// How far back an ordinary read reaches, for points that came later than expected.
const REACH: Duration = Duration::from_mins(10);

/// A span of time in whole periods; its end is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The start of the first period.
    pub from: Timestamp,
    /// The end of the last period.
    pub until: Timestamp,
}

impl Window {
    /// The end of the newest period of `period` seconds whose data can exist at `now`.
    #[must_use]
    pub fn end(now: Timestamp, period: u32) -> Timestamp {
        let period = i64::from(period.max(1));
        let latest = now.saturating_sub(LATENESS).unwrap_or(Timestamp::MIN).as_second();
        Timestamp::from_second(latest.div_euclid(period) * period).unwrap_or(Timestamp::MIN)
    }

    /// The ordinary window at `now`: at least ten minutes and three periods.
    #[must_use]
    pub fn newest(now: Timestamp, period: u32) -> Self {
        Self::reaching(now, period, REACH)
    }

    /// A window that reaches back by `span` at least.
    #[must_use]
    pub fn reaching(now: Timestamp, period: u32, span: Duration) -> Self {
        let until = Self::end(now, period);
        let periods = Duration::from_secs(u64::from(period)) * 3;
        let from = until.saturating_sub(span.max(periods)).unwrap_or(Timestamp::MIN);
        Self { from: Self::floor(from, period), until }
    }

    fn floor(at: Timestamp, period: u32) -> Timestamp {
        let period = i64::from(period.max(1));
        Timestamp::from_second(at.as_second().div_euclid(period) * period).unwrap_or(at)
    }
}

/// When data of a period that ends at `end` can exist.
#[must_use]
pub(crate) fn exists_at(end: Timestamp) -> Timestamp {
    end.saturating_add(LATENESS).unwrap_or(Timestamp::MAX)
}

impl Clients {
    /// The points of metrics of one Region; they may have different periods.
    pub(super) async fn metric_data(
        &self,
        region: &Region,
        metrics: &[Metric],
        window: Window,
    ) -> Result<MetricBatch, Trouble> {
        let packs = metrics.chunks(QUERIES_A_CALL).map(|pack| self.pack(region, pack, window));
        let series = futures::future::try_join_all(packs).await?.into_iter().flatten().collect();
        Ok(MetricBatch { until: window.until, series })
    }

    async fn pack(
        &self,
        region: &Region,
        pack: &[Metric],
        window: Window,
    ) -> Result<Vec<MetricAnswer>, Trouble> {
        let queries: Vec<MetricDataQuery> =
            pack.iter().enumerate().map(|(at, metric)| query(at, metric)).collect();
        let client = self.inner.bound.cloudwatch(region);
        self.inner.tally.metrics(pack.len());
        let mut answers: Vec<MetricAnswer> = pack.iter().map(unanswered).collect();
        let mut token = None;
        loop {
            self.inner.tally.call();
            let page = client
                .get_metric_data()
                .set_metric_data_queries(Some(queries.clone()))
                .start_time(to_sdk(window.from))
                .end_time(to_sdk(window.until))
                .scan_by(ScanBy::TimestampAscending)
                .set_next_token(token)
                .send()
                .await
                .map_err(trouble)?;
            for result in page.metric_data_results() {
                take(&mut answers, result);
            }
            token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
            if token.is_none() {
                return Ok(answers);
            }
        }
    }

    /// The states of the alarms that signals name in this Region.
    pub(super) async fn alarms(&self, region: &Region) -> Result<BTreeMap<String, AlarmState>, Trouble> {
        let names = self.alarm_names(region);
        if names.is_empty() {
            return Err(undeclared(&format!("an alarm in {region}")));
        }
        let client = self.inner.bound.cloudwatch(region);
        let mut states = BTreeMap::new();
        for names in names.chunks(ALARMS_A_CALL) {
            self.inner.tally.call();
            let page = client
                .describe_alarms()
                .set_alarm_names(Some(names.to_vec()))
                .alarm_types(AlarmType::MetricAlarm)
                .alarm_types(AlarmType::CompositeAlarm)
                .max_records(100)
                .send()
                .await
                .map_err(trouble)?;
            let metric = page.metric_alarms().iter().map(|a| (a.alarm_name(), a.state_value()));
            let composite = page.composite_alarms().iter().map(|a| (a.alarm_name(), a.state_value()));
            for (name, state) in metric.chain(composite) {
                if let (Some(name), Some(state)) = (name, state.and_then(alarm_state)) {
                    states.insert(name.to_owned(), state);
                }
            }
        }
        Ok(states)
    }

    fn alarm_names(&self, wanted: &Region) -> Vec<String> {
        let signals = self.inner.topology.regions.iter().flat_map(|region| &region.signals);
        let mut names: Vec<String> = signals
            .filter_map(|signal| match &signal.formula {
                Formula::Alarm { region, name } if region == wanted => Some(name.clone()),
                _ => None,
            })
            .collect();
        names.sort();
        names.dedup();
        names
    }
}

fn alarm_state(state: &StateValue) -> Option<AlarmState> {
    match state {
        StateValue::Ok => Some(AlarmState::Ok),
        StateValue::Alarm => Some(AlarmState::Alarm),
        StateValue::InsufficientData => Some(AlarmState::InsufficientData),
        _ => None,
    }
}

fn query(at: usize, metric: &Metric) -> MetricDataQuery {
    let dimensions =
        metric.dimensions.iter().map(|(name, value)| Dimension::builder().name(name).value(value).build());
    let sdk = SdkMetric::builder()
        .namespace(&*metric.namespace)
        .metric_name(&*metric.name)
        .set_dimensions(Some(dimensions.collect()))
        .build();
    let period = i32::try_from(metric.period).unwrap_or(i32::MAX);
    let stat = MetricStat::builder().metric(sdk).period(period).stat(&*metric.statistic).build();
    MetricDataQuery::builder().id(format!("m{at}")).metric_stat(stat).return_data(true).build()
}

fn unanswered(metric: &Metric) -> MetricAnswer {
    let missing = failed(TroubleKind::Faulty, "the answer has no result for it");
    MetricAnswer { metric: metric.clone(), points: Vec::new(), trouble: Some(missing) }
}

/// Adds one page's result of one metric; the newest status counts, since a result may go on over pages.
fn take(answers: &mut [MetricAnswer], result: &MetricDataResult) {
    let at = result.id().and_then(|id| id.strip_prefix('m')).and_then(|id| id.parse::<usize>().ok());
    let Some(answer) = at.and_then(|at| answers.get_mut(at)) else { return };
    let pairs = result.timestamps().iter().zip(result.values());
    answer.points.extend(pairs.filter_map(|(at, value)| Some(Point { at: from_sdk(at)?, value: *value })));
    answer.points.sort_by_key(|point| point.at);
    let words = result.messages().iter().find_map(|message| message.value()).unwrap_or_default();
    answer.trouble = match result.status_code() {
        None | Some(StatusCode::Complete) => None,
        Some(StatusCode::Forbidden) => Some(failed(TroubleKind::Denied, &or("forbidden", words))),
        Some(StatusCode::PartialData) => Some(failed(TroubleKind::Faulty, &or("partial data", words))),
        Some(other) => Some(failed(TroubleKind::Faulty, &or(other.as_str(), words))),
    };
}

fn or(status: &str, words: &str) -> String {
    if words.is_empty() { status.to_owned() } else { format!("{status}: {words}") }
}

fn failed(kind: TroubleKind, text: &str) -> Trouble {
    Trouble { kind, text: text.to_owned(), request_id: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-03-02T{text}Z").parse().unwrap()
    }

    #[test]
    fn a_period_ends_the_window_once_its_data_can_exist() {
        assert_eq!(Window::end(at("09:05:19"), 60), at("09:03:00"));
        assert_eq!(Window::end(at("09:05:20"), 60), at("09:04:00"));
        assert_eq!(Window::end(at("09:06:19"), 300), at("09:00:00"));
        assert_eq!(Window::end(at("09:06:20"), 300), at("09:05:00"));
        assert_eq!(exists_at(at("09:05:00")), at("09:06:20"));
    }

    #[test]
    fn the_ordinary_window_reaches_back_ten_minutes_or_three_periods() {
        let window = Window::newest(at("09:20:30"), 60);
        assert_eq!((window.from, window.until), (at("09:09:00"), at("09:19:00")));
        let window = Window::newest(at("09:20:30"), 300);
        assert_eq!((window.from, window.until), (at("09:00:00"), at("09:15:00")));
        let window = Window::reaching(at("09:20:30"), 300, Duration::from_mins(62));
        assert_eq!((window.from, window.until), (at("08:10:00"), at("09:15:00")), "in whole periods");
    }

    fn result(status: StatusCode, values: &[(&str, f64)]) -> MetricDataResult {
        let mut result = MetricDataResult::builder().id("m0").status_code(status);
        for (time, value) in values {
            result = result.timestamps(to_sdk(at(time))).values(*value);
        }
        result.build()
    }

    fn some_metric() -> Metric {
        Metric {
            region: Region::new("us-east-1"),
            namespace: "N".into(),
            name: "M".into(),
            dimensions: std::sync::Arc::default(),
            statistic: "Sum".into(),
            period: 60,
        }
    }

    #[test]
    fn a_result_that_goes_on_over_pages_is_one_answer() {
        let mut answers = vec![unanswered(&some_metric())];
        assert!(answers[0].trouble.is_some(), "no result at all is trouble, not silence");
        take(&mut answers, &result(StatusCode::PartialData, &[("09:02:00", 2.0)]));
        assert!(answers[0].trouble.is_some());
        take(&mut answers, &result(StatusCode::Complete, &[("09:01:00", 1.0)]));
        assert_eq!(answers[0].trouble, None);
        assert_eq!(answers[0].points.iter().map(|p| p.value).collect::<Vec<_>>(), [1.0, 2.0], "oldest first");
    }

    #[test]
    fn one_metric_can_fail_alone() {
        for (status, kind) in [
            (StatusCode::Forbidden, TroubleKind::Denied),
            (StatusCode::InternalError, TroubleKind::Faulty),
            (StatusCode::PartialData, TroubleKind::Faulty),
        ] {
            let mut answers = vec![unanswered(&some_metric()), unanswered(&some_metric())];
            take(&mut answers, &result(status, &[]));
            assert_eq!(answers[0].trouble.as_ref().unwrap().kind, kind);
        }
    }
}
