//! Paging: a slice of a list and the token of what follows.
//!
//! It must never choose an error: each service has its own for a bad token or size.

/// A page and the token of the next one.
pub(super) struct Page<T> {
    /// What is on the page.
    pub(super) items: Vec<T>,
    /// Where the next page starts, if there is one.
    pub(super) next: Option<String>,
}

/// The page that `token` points at, of at most `limit` items; none when the token is not one of ours.
pub(super) fn page<T>(items: Vec<T>, token: Option<&str>, limit: usize) -> Option<Page<T>> {
    let start = match token {
        None | Some("") => 0,
        Some(token) => place_of(token).filter(|place| *place <= items.len())?,
    };
    let total = items.len();
    let items: Vec<T> = items.into_iter().skip(start).take(limit).collect();
    let end = start + items.len();
    let next = (end < total).then(|| token_of(end));
    Some(Page { items, next })
}

/// An opaque token for a place in a list.
fn token_of(place: usize) -> String {
    format!("cGFnZQ{place:08x}")
}

fn place_of(token: &str) -> Option<usize> {
    usize::from_str_radix(token.strip_prefix("cGFnZQ")?, 16).ok()
}

/// A limit from a request, when it lies within what the service allows.
pub(super) fn limit(
    asked: Option<i64>,
    default: usize,
    allowed: std::ops::RangeInclusive<i64>,
) -> Option<usize> {
    match asked {
        None => Some(default),
        Some(asked) if allowed.contains(&asked) => usize::try_from(asked).ok(),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_cover_the_list_once() {
        let mut seen = Vec::new();
        let mut token = None;
        loop {
            let page = page((0..7).collect(), token.as_deref(), 3).unwrap();
            seen.extend(page.items);
            token = page.next;
            if token.is_none() {
                break;
            }
        }
        assert_eq!(seen, (0..7).collect::<Vec<_>>());
        assert!(page(vec![1], Some("nonsense"), 3).is_none());
    }
}
