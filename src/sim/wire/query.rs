//! Form-encoded query bodies: `Filters.Filter.1.Name=…` becomes a tree.
//!
//! It must never know the model: a part that is a number makes a list, whatever its name.

use super::{Record, Value};

/// How many parts a key may have; no request of the model has half as many. The rest is one part.
const DEEPEST: usize = 32;

/// Reads a query body into a tree.
pub(super) fn read(body: &[u8]) -> Value {
    let mut root = Node::default();
    for (key, value) in form_urlencoded::parse(body) {
        root.put(&key.splitn(DEEPEST, '.').collect::<Vec<_>>(), value.into_owned());
    }
    root.into_value()
}

/// A tree under construction: text at a leaf, children elsewhere.
#[derive(Default)]
struct Node {
    text: Option<String>,
    children: Vec<(String, Node)>,
}

impl Node {
    fn put(&mut self, path: &[&str], value: String) {
        let Some((first, rest)) = path.split_first() else {
            self.text = Some(value);
            return;
        };
        let place = self.children.iter().position(|(name, _)| name == first).unwrap_or_else(|| {
            self.children.push(((*first).to_owned(), Self::default()));
            self.children.len() - 1
        });
        if let Some((_, child)) = self.children.get_mut(place) {
            child.put(rest, value);
        }
    }

    fn into_value(self) -> Value {
        if self.children.is_empty() {
            return Value::Text(self.text.unwrap_or_default());
        }
        let mut numbered: Vec<(u32, usize)> = Vec::new();
        for (place, (name, _)) in self.children.iter().enumerate() {
            if let Ok(number) = name.parse() {
                numbered.push((number, place));
            }
        }
        if numbered.len() == self.children.len() {
            let mut items: Vec<(u32, Value)> = self
                .children
                .into_iter()
                .zip(numbered)
                .map(|((_, node), (number, _))| (number, node.into_value()))
                .collect();
            items.sort_by_key(|(number, _)| *number);
            return Value::List("member", items.into_iter().map(|(_, value)| value).collect());
        }
        Value::Record(Record(
            self.children.into_iter().map(|(name, node)| (name, node.into_value())).collect(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_make_lists_in_their_order() {
        let tree = read(b"Action=X&Filters.Filter.1.Name=a%20b&Filters.Filter.1.Values.Value.2=2&Filters.Filter.1.Values.Value.1=1");
        assert_eq!(tree.text("Action"), Some("X"));
        let [filter] = tree.items("Filters") else { panic!("one filter in {tree:?}") };
        assert_eq!(filter.text("Name"), Some("a b"));
        assert_eq!(filter.texts("Values"), ["1", "2"]);
    }

    #[test]
    fn an_empty_list_has_no_items() {
        assert!(read(b"Action=X&Names=").items("Names").is_empty());
    }
}
