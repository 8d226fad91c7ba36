//! The resolver that this host uses.
//!
//! Only its address is taken: search domains and options are for programs that complete names, and this one must not.

use std::net::{IpAddr, SocketAddr};

/// Where hosts write it down.
const FILE: &str = "/etc/resolv.conf";

/// The address of the first one, read afresh each time, because it changes with the network.
///
/// # Errors
/// When there is none; with why.
pub(super) fn resolver() -> Result<SocketAddr, String> {
    let text = std::fs::read_to_string(FILE).map_err(|error| format!("{FILE}: {error}"))?;
    first(&text).ok_or_else(|| format!("{FILE} names no resolver"))
}

fn first(text: &str) -> Option<SocketAddr> {
    let words = text.lines().filter_map(|line| line.trim_start().strip_prefix("nameserver"));
    let mut addresses = words.filter(|rest| rest.starts_with([' ', '\t'])).filter_map(|rest| {
        // A zone such as `%eth0` is for link-local addresses, which nothing else here can name either.
        rest.split_whitespace().next()?.parse::<IpAddr>().ok()
    });
    addresses.next().map(|ip| SocketAddr::new(ip, 53))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_address_counts() {
        let text = "# nameserver 10.0.0.1\nsearch example.com\nnameservers 1.1.1.1\nnameserver fe80::1%eth0\n\
                    nameserver\t10.0.0.2 # own\nnameserver 10.0.0.3\n";
        assert_eq!(first(text), Some("10.0.0.2:53".parse().unwrap()));
        assert_eq!(first("options edns0\n"), None);
    }
}
