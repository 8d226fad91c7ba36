//! Values that are written as text: spans, limits, statistics, Region names, URLs.
//!
//! Each function says in one sentence what is wrong; none of them knows where the text stands.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use jiff::SignedDuration;
use toml::de::DeValue;

use crate::model::topology::Threshold;

/// The Regions that AWS had when this was written; a name that is not here is doubted, not refused.
pub(super) const KNOWN_REGIONS: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// A span of time such as `30s`, `10m`, `1h30m`.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    let wrong = || format!("\"{text}\" is no span; write it as \"30s\", \"10m\" or \"1h30m\"");
    let signed: SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(signed).map_err(|_| wrong())
}

/// A span that is longer than nothing.
pub(super) fn some_span(text: &str) -> Result<Duration, String> {
    match span(text)? {
        Duration::ZERO => Err("must be longer than nothing".to_owned()),
        span => Ok(span),
    }
}

/// A metric period in seconds: whole minutes, up to a day, as CloudWatch keeps service metrics.
pub(super) fn period(text: &str) -> Result<u32, String> {
    let seconds = span(text)?;
    match u32::try_from(seconds.as_secs()) {
        Ok(whole @ 60..=86_400) if whole % 60 == 0 && seconds.subsec_nanos() == 0 => Ok(whole),
        _ => Err(format!("\"{text}\" is no period; it must be whole minutes, from \"60s\" to \"24h\"")),
    }
}

/// A limit such as `< 95` or `> 5`; `never` takes a preset's limit away.
pub(super) fn limit(text: &str) -> Result<Option<Threshold>, String> {
    let wrong = || format!("\"{text}\" is no limit; write \"< 95\", \"> 5\" or \"never\"");
    let text = text.trim();
    if text == "never" {
        return Ok(None);
    }
    let mut rest = text.chars();
    let side = rest.next().ok_or_else(wrong)?;
    let number: f64 = rest.as_str().trim().parse().map_err(|_| wrong())?;
    match side {
        _ if !number.is_finite() => Err(wrong()),
        '<' => Ok(Some(Threshold::Below(number))),
        '>' => Ok(Some(Threshold::Above(number))),
        _ => Err(wrong()),
    }
}

/// A CloudWatch statistic.
pub(super) fn statistic(text: &str) -> Result<(), String> {
    const PLAIN: [&str; 5] = ["Sum", "Average", "Minimum", "Maximum", "SampleCount"];
    let percentile = ["p", "tm", "wm"].iter().any(|kind| {
        text.strip_prefix(kind).is_some_and(|number| {
            number.starts_with(|first: char| first.is_ascii_digit())
                && number.parse::<f64>().is_ok_and(|percent| (0.0..=100.0).contains(&percent))
        })
    });
    if percentile || PLAIN.contains(&text) {
        return Ok(());
    }
    let near = super::problem::suggest(text, &PLAIN, "there are percentiles such as p99, and");
    Err(format!("\"{text}\" is no statistic{near}"))
}

/// A Region's name by its form alone: `us-east-1`.
pub(super) fn region(text: &str) -> Result<(), String> {
    let parts: Vec<&str> = text.split('-').collect();
    let (number, words) = parts.split_last().unwrap_or((&"", &[]));
    let worded = words.len() >= 2
        && words.iter().all(|word| word.len() >= 2 && word.bytes().all(|b| b.is_ascii_lowercase()));
    let numbered = (1..=2).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    if worded && numbered {
        return Ok(());
    }
    let near = super::problem::hint(text, KNOWN_REGIONS.iter().copied());
    Err(format!("\"{text}\" is no Region name{near}"))
}

/// The address of a resolver, on port 53 if it names none; `None` for `system`, the one this host uses.
pub(super) fn resolver(text: &str) -> Result<Option<SocketAddr>, String> {
    if text == "system" {
        return Ok(None);
    }
    let plain = text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53));
    let address = text.parse::<SocketAddr>().or(plain);
    address.map(Some).map_err(|_| {
        format!("\"{text}\" is no resolver; write an address such as \"1.1.1.1\" or \"[2606:4700::1111]:53\", or \"system\"")
    })
}

/// An `http` or `https` URL; the answer is its host.
pub(super) fn url_host(text: &str) -> Result<&str, String> {
    let wrong = |why: &str| format!("\"{text}\" is no URL: {why}");
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .ok_or_else(|| wrong("it must begin with https:// or http://"))?;
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(wrong("it holds a space"));
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(wrong("it must not hold a user or password"));
    }
    let (host, port) = split_port(authority).ok_or_else(|| wrong("its host cannot be read"))?;
    if host.is_empty() {
        return Err(wrong("it has no host"));
    }
    match port {
        Some(port) if port.parse::<u16>().is_err() => Err(wrong("its port is no number up to 65535")),
        _ => Ok(host),
    }
}

fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, after) = rest.split_once(']')?;
        return match after.strip_prefix(':') {
            Some(port) => Some((host, Some(port))),
            None if after.is_empty() => Some((host, None)),
            None => None,
        };
    }
    match authority.split_once(':') {
        Some((host, port)) => Some((host, Some(port))),
        None => Some((authority, None)),
    }
}

/// The URL leads to this machine, so that nothing real can be behind it but a tunnel; names under `localhost` do so
/// by RFC 6761.
pub(super) fn is_loopback(url: &str) -> bool {
    url_host(url).is_ok_and(|host| {
        host.to_ascii_lowercase().rsplit('.').next() == Some("localhost")
            || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    })
}

/// What is wrong with a cluster endpoint that is in another world than the rest, if it is: a screen that says
/// SIMULATED must not move a real control, nor a rehearsal a real database.
pub(super) fn half_real(simulated: bool, cluster_endpoint: &str) -> Option<String> {
    let (here, there) = match (simulated, is_loopback(cluster_endpoint)) {
        (true, false) => ("workload.endpoint_url", "this cluster endpoint"),
        (false, true) => ("this cluster endpoint", "workload.endpoint_url"),
        _ => return None,
    };
    Some(format!("{here} leads to this machine, but {there} does not: half would be simulated and half real"))
}

/// A number above zero.
pub(super) fn number(value: &DeValue<'_>) -> Option<f64> {
    let number: f64 = match value {
        DeValue::Integer(whole) if whole.radix() == 10 => whole.as_str().parse().ok()?,
        DeValue::Float(float) => float.as_str().parse().ok()?,
        _ => return None,
    };
    Some(number).filter(|number| number.is_finite() && *number > 0.0)
}

/// A whole number of zero or more.
pub(super) fn whole(value: &DeValue<'_>) -> Option<usize> {
    let DeValue::Integer(whole) = value else { return None };
    usize::from_str_radix(whole.as_str(), whole.radix()).ok()
}

/// Text that says something.
pub(super) fn word(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("must not be empty".to_owned()),
        trimmed if trimmed.contains(char::is_control) => Err("must not hold control characters".to_owned()),
        trimmed => Ok(trimmed.to_owned()),
    }
}

/// The twelve digits of an account.
pub(super) fn account(text: &str) -> Result<(), String> {
    if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    Err(format!("\"{text}\" is no account; it has twelve digits"))
}

/// A hosted zone's id.
pub(super) fn zone(text: &str) -> Result<String, String> {
    let id = text.strip_prefix("/hostedzone/").unwrap_or(text);
    let formed = id.starts_with('Z') && id.len() <= 32;
    if formed && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
        return Ok(id.to_owned());
    }
    Err(format!("\"{text}\" is no hosted zone id; it begins with Z and has capitals and digits"))
}

/// A health check's id: a UUID.
pub(super) fn health_check(text: &str) -> Result<(), String> {
    let formed = (1..=64).contains(&text.len());
    if formed && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Ok(());
    }
    Err(format!("\"{text}\" is no health check id; it has letters, digits and hyphens"))
}

/// A DNS name, without its last dot.
pub(super) fn dns_name(text: &str) -> Result<String, String> {
    let name = text.strip_suffix('.').unwrap_or(text);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'*'))
    };
    if name.len() <= 253 && name.contains('.') && name.split('.').all(label) {
        return Ok(name.to_ascii_lowercase());
    }
    Err(format!("\"{text}\" is no full DNS name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        assert_eq!(span("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(span("1h30m"), Ok(Duration::from_mins(90)));
        assert_eq!(span("250ms"), Ok(Duration::from_millis(250)));
        for wrong in ["", "10", "ten minutes", "-5s", "5 parsecs", "99999999999999999999h"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
        assert!(some_span("0s").is_err());
        assert_eq!(period("5m"), Ok(300));
        for wrong in ["30s", "90s", "60s1ms", "25h", "0s"] {
            assert!(period(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn limits() {
        assert_eq!(limit("< 95"), Ok(Some(Threshold::Below(95.0))));
        assert_eq!(limit(">0.5"), Ok(Some(Threshold::Above(0.5))));
        assert_eq!(limit("never"), Ok(None));
        for wrong in ["", "95", "<= 95", "> many", "> inf", "> NaN", "≥ 5"] {
            assert!(limit(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn statistics() {
        for right in ["Sum", "p99", "p99.9", "tm90"] {
            assert!(statistic(right).is_ok(), "{right}");
        }
        assert!(statistic("sum").is_err_and(|what| what.contains("did you mean \"Sum\"")));
        for wrong in ["p101", "p", "pinf", "p-1", "mean"] {
            assert!(statistic(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn regions() {
        for right in KNOWN_REGIONS {
            assert!(region(right).is_ok(), "{right}");
        }
        for wrong in ["", "us-east", "us_east_1", "US-EAST-1", "us-east-1a", "1", "us-east-123"] {
            assert!(region(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn urls() {
        for local in [
            "http://127.0.0.1:4566",
            "https://localhost",
            "http://[::1]:80/x",
            "http://127.1.2.3/",
            "http://sim.localhost:1",
        ] {
            assert!(is_loopback(local), "{local}");
        }
        for away in ["https://127.0.0.1.example.com", "http://localhost.example.com", "http://notlocalhost"] {
            assert!(!is_loopback(away), "{away}");
        }
        assert_eq!(url_host("https://example.com/v1"), Ok("example.com"));
        for wrong in [
            "",
            "example.com",
            "ftp://x",
            "http://",
            "http://a b",
            "http://u:p@x",
            "http://x:99999",
            "http://[::1",
        ] {
            assert!(url_host(wrong).is_err(), "{wrong}");
        }
    }
}
