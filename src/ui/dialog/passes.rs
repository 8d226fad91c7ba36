//! The interlocks that pass, in one flowing paragraph: all of them are named, what several stores share only once.
//!
//! It shortens names and never leaves one out.

use super::page::Para;
use crate::plan::interlock::{Interlock, Verdict};
use crate::ui::theme::Role;

/// `● 14 pass: us-west-2 healthy · … · orders, catalog: writer in us-east-1, no move in progress`.
pub(super) fn para(
    interlocks: &[Interlock],
    stores: &[&str],
    endpoints: Option<(usize, usize)>,
) -> Option<Para> {
    let passing = interlocks.iter().filter(|interlock| interlock.verdict == Verdict::Pass);
    let names: Vec<&str> = passing.map(|interlock| interlock.name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    let phrases = phrases(&names, stores, endpoints);
    // A separator stays with what is before it, and a phrase breaks only where it must.
    let text = format!(" {} pass: {}", names.len(), phrases.join("\u{a0}· "));
    Some(Para::default().add("●", Role::LampOk).add(text, Role::Muted).hang(2))
}

fn phrases(names: &[&str], stores: &[&str], endpoints: Option<(usize, usize)>) -> Vec<String> {
    let mut phrases = Vec::new();
    // Each thing that is said of stores, with the stores it is said of.
    let mut said: Vec<(String, Vec<&str>)> = Vec::new();
    for name in names {
        match stores.iter().find_map(|store| Some((*store, without(name, store)?))) {
            None => phrases.push(counted(name, endpoints)),
            Some((store, what)) => match said.iter_mut().find(|(known, _)| *known == what) {
                Some((_, of)) => of.push(store),
                None => said.push((what, vec![store])),
            },
        }
    }
    phrases.extend(together(said));
    phrases
}

/// What is said of the same stores, after their names.
fn together(mut said: Vec<(String, Vec<&str>)>) -> Vec<String> {
    let mut phrases = Vec::new();
    while let Some((_, stores)) = said.first().cloned() {
        let (same, rest): (Vec<_>, Vec<_>) = said.into_iter().partition(|(_, of)| *of == stores);
        let words: Vec<String> = same.into_iter().map(|(what, _)| what).collect();
        phrases.push(format!("{}: {}", stores.join(", "), words.join(", ")));
        said = rest;
    }
    phrases
}

/// The name without the store it is about; `None` when it is about another one or none.
fn without(name: &str, store: &str) -> Option<String> {
    let words: Vec<&str> = name.split(' ').collect();
    let at = words.iter().position(|word| *word == store)?;
    let from = if at > 0 && words[at - 1] == "of" { at - 1 } else { at };
    let rest: Vec<&str> = words[..from].iter().chain(&words[at + 1..]).copied().collect();
    Some(rest.join(" "))
}

/// That enough endpoints answer is said with how many.
fn counted(name: &str, endpoints: Option<(usize, usize)>) -> String {
    match endpoints {
        Some((answer, all)) if name == "cluster endpoints answer" => format!("{answer} of {all} endpoints"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stores_share_is_said_once_and_nothing_is_left_out() {
        let names = [
            "us-west-2 healthy",
            "writer of orders in us-east-1",
            "no move of orders in progress",
            "orders can write in us-west-2",
            "writer of catalog in us-east-1",
            "no move of catalog in progress",
            "catalog can write in us-west-2",
            "lag of catalog within RPO",
            "cluster endpoints answer",
            "account",
        ];
        assert_eq!(
            phrases(&names, &["traffic", "orders", "catalog"], Some((4, 5))),
            [
                "us-west-2 healthy",
                "4 of 5 endpoints",
                "account",
                "orders, catalog: writer in us-east-1, no move in progress, can write in us-west-2",
                "catalog: lag within RPO",
            ]
        );
    }

    #[test]
    fn a_store_is_a_word_and_not_a_part_of_one() {
        assert_eq!(without("lag of orders-eu within RPO", "orders"), None);
        assert_eq!(without("lag of orders within RPO", "orders").as_deref(), Some("lag within RPO"));
    }
}
