//! The page as Markdown; what people wrote never becomes markup.

use std::fmt::Write;

use super::page::Block;

/// Writes the page.
pub(super) fn write(page: &[Block]) -> String {
    let mut out = String::new();
    for (at, block) in page.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        // Writing into a string cannot fail.
        let _ = match block {
            Block::Heading(depth, text) => writeln!(out, "{} {}", "#".repeat(*depth), plain(text)),
            Block::Loud(text) => writeln!(out, "**{}**", plain(text)),
            Block::Text(text) => writeln!(out, "{}", plain(text)),
            Block::Facts(facts) => {
                facts.iter().try_for_each(|(name, text)| writeln!(out, "- {name}: {}", plain(text)))
            }
            Block::Table(head, rows) => table(&mut out, head, rows),
            Block::List(lines) => lines.iter().try_for_each(|line| writeln!(out, "- {}", plain(line))),
        };
    }
    out
}

fn table(out: &mut String, head: &[&str], rows: &[Vec<String>]) -> std::fmt::Result {
    writeln!(out, "| {} |", head.join(" | "))?;
    writeln!(out, "|{}", " --- |".repeat(head.len()))?;
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| plain(cell)).collect();
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    Ok(())
}

/// Text that no reader of Markdown takes for anything else, on one line.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' => out.extend(['\\', letter]),
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_is_no_markup() {
        let reason = "*now* | <b>\n# [x](y)".to_owned();
        let text = write(&[Block::Table(vec!["a"], vec![vec![reason]])]);
        assert_eq!(text, "| a |\n| --- |\n| \\*now\\* \\| &lt;b> \\# \\[x\\](y) |\n");
    }
}
