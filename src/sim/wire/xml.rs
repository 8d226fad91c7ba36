//! XML bodies, for awsQuery answers and restXml both ways.
//!
//! It must never lose what a person wrote: entities are resolved, text is kept as it is.

use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};

use super::value::time_to_text;
use super::{Record, Refusal, Value};

/// How deep elements may stand in each other; no request of the model is half as deep.
const DEEPEST: usize = 32;

/// Reads an XML document: the children of its root as a record; repeated children become a list.
pub(super) fn read(body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(Record::new().into());
    }
    std::str::from_utf8(body)
        .ok()
        .and_then(tree)
        .ok_or_else(|| Refusal::new("InvalidInput", "The request body is not well-formed XML"))
}

/// An open element: its name, its text so far and its children so far.
#[derive(Default)]
struct Open {
    name: String,
    text: String,
    children: Vec<(String, Value)>,
}

impl Open {
    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    fn close(self) -> (String, Value) {
        if self.children.is_empty() {
            return (self.name, Value::Text(self.text));
        }
        let mut record = Record::new();
        for (name, value) in self.children {
            match record.0.iter_mut().find(|(key, _)| *key == name) {
                None => record.0.push((name, value)),
                Some((_, Value::List(_, items))) => items.push(value),
                Some((_, slot)) => {
                    let first = std::mem::replace(slot, Value::Null);
                    *slot = Value::List("member", vec![first, value]);
                }
            }
        }
        (self.name, Value::Record(record))
    }
}

fn tree(text: &str) -> Option<Value> {
    let mut reader = Reader::from_str(text);
    let mut stack = vec![Open::default()];
    loop {
        if stack.len() > DEEPEST {
            return None;
        }
        match reader.read_event().ok()? {
            Event::Start(start) => stack.push(Open::named(start.local_name().as_ref())),
            Event::Empty(start) => {
                let child = Open::named(start.local_name().as_ref()).close();
                stack.last_mut()?.children.push(child);
            }
            Event::End(_) => {
                let child = stack.pop()?.close();
                stack.last_mut()?.children.push(child);
            }
            Event::Text(text) => stack.last_mut()?.text.push_str(&text.xml10_content()),
            Event::CData(text) => stack.last_mut()?.text.push_str(&text.xml10_content()),
            Event::GeneralRef(entity) => {
                let resolved = match entity.resolve_char_ref().ok()? {
                    Some(character) => character.to_string(),
                    None => quick_xml::escape::resolve_predefined_entity(&entity.xml10_content())?.to_owned(),
                };
                stack.last_mut()?.text.push_str(&resolved);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let document = stack.pop().filter(|_| stack.is_empty())?;
    let mut roots = document.children.into_iter();
    let (_, root) = roots.next()?;
    match root {
        // An element without children reads as text; as a document it is a record without members.
        Value::Text(_) => Some(Record::new().into()),
        root => Some(root),
    }
}

/// Writes a document whose root is `root`, in the namespace `namespace`.
pub(super) fn write(root: &str, namespace: &str, value: &Value) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new());
    // A Vec takes every write.
    let _written = writer
        .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))
        .and_then(|()| {
            let start = BytesStart::new(root).with_attributes([("xmlns", namespace)]);
            writer.write_event(Event::Start(start))
        })
        .and_then(|()| content(&mut writer, value))
        .and_then(|()| writer.write_event(Event::End(BytesEnd::new(root))));
    writer.into_inner()
}

fn element(writer: &mut Writer<Vec<u8>>, name: &str, value: &Value) -> std::io::Result<()> {
    writer.write_event(Event::Start(BytesStart::new(name)))?;
    content(writer, value)?;
    writer.write_event(Event::End(BytesEnd::new(name)))
}

fn content(writer: &mut Writer<Vec<u8>>, value: &Value) -> std::io::Result<()> {
    match value {
        Value::Null => Ok(()),
        Value::Bool(flag) => text(writer, if *flag { "true" } else { "false" }),
        Value::Int(number) => text(writer, &number.to_string()),
        Value::Float(number) => text(writer, &number.to_string()),
        Value::Text(string) => text(writer, string),
        Value::Time(time) => text(writer, &time_to_text(*time)),
        Value::List(item, values) => values.iter().try_for_each(|value| element(writer, item, value)),
        Value::Record(record) => record.0.iter().try_for_each(|(name, value)| element(writer, name, value)),
    }
}

fn text(writer: &mut Writer<Vec<u8>>, text: &str) -> std::io::Result<()> {
    let allowed = text.replace(|c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r'), "\u{fffd}");
    writer.write_event(Event::Text(BytesText::new(&allowed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_survives_the_bytes() {
        let tree: Value = Record::new()
            .with("Comment", "a < b & \"c\"")
            .with("Changes", Value::List("Change", vec!["one".into(), "two".into()]))
            .into();
        let bytes = write("Request", "urn:x", &tree);
        let back = read(&bytes).unwrap();
        assert_eq!(back.text("Comment"), Some("a < b & \"c\""));
        assert_eq!(back.texts("Changes"), ["one", "two"]);
    }

    #[test]
    fn one_child_is_a_list_of_one() {
        let back =
            read(b"<R xmlns='u'><Changes><Change><Action>UPSERT</Action></Change></Changes></R>").unwrap();
        let [change] = back.items("Changes") else { panic!("{back:?}") };
        assert_eq!(change.text("Action"), Some("UPSERT"));
    }

    #[test]
    fn what_xml_cannot_say_is_replaced() {
        let bytes = write("R", "u", &Record::new().with("A", "x\u{1}y").with("B", "b").into());
        assert_eq!(read(&bytes).unwrap().text("A"), Some("x\u{fffd}y"));
    }

    #[test]
    fn what_is_not_xml_is_refused() {
        assert!(read(b"<a><b></a>").is_err());
        assert!(read(b"hello").is_err());
        assert!(read(b"<a>").is_err());
    }
}
