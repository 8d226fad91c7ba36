//! The page as one HTML file: no script, nothing from elsewhere; what people wrote never becomes markup.

use std::fmt::Write;

use super::page::Block;

/// How it looks, on paper too.
const STYLE: &str = "\
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0;\
border-bottom:1px solid #8885}th{white-space:nowrap}td{font-variant-numeric:tabular-nums;overflow-wrap:anywhere}\
dt{float:left;clear:left;width:6rem;color:#888}dd{margin-left:6rem}\
.loud{border:3px solid #c43;padding:.5rem 1rem;font-weight:bold}";

/// Writes the page.
pub(super) fn write(page: &[Block]) -> String {
    let title = page.iter().find_map(|block| match block {
        Block::Heading(1, text) => Some(plain(text)),
        _ => None,
    });
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{}</title>\n<style>{STYLE}</style>\n",
        title.unwrap_or_default()
    );
    for block in page {
        // Writing into a string cannot fail.
        let _ = match block {
            Block::Heading(depth, text) => writeln!(out, "<h{depth}>{}</h{depth}>", plain(text)),
            Block::Loud(text) => writeln!(out, "<p class=\"loud\">{}</p>", plain(text)),
            Block::Text(text) => writeln!(out, "<p>{}</p>", plain(text)),
            Block::Facts(facts) => self::facts(&mut out, facts),
            Block::Table(head, rows) => table(&mut out, head, rows),
            Block::List(lines) => list(&mut out, lines),
        };
    }
    out.push_str("</html>\n");
    out
}

fn facts(out: &mut String, facts: &[(&str, String)]) -> std::fmt::Result {
    writeln!(out, "<dl>")?;
    for (name, text) in facts {
        writeln!(out, "<dt>{name}</dt><dd>{}</dd>", plain(text))?;
    }
    writeln!(out, "</dl>")
}

fn table(out: &mut String, head: &[&str], rows: &[Vec<String>]) -> std::fmt::Result {
    writeln!(out, "<table>\n<tr>{}</tr>", cells("th", head.iter().copied()))?;
    for row in rows {
        writeln!(out, "<tr>{}</tr>", cells("td", row.iter().map(String::as_str)))?;
    }
    writeln!(out, "</table>")
}

fn cells<'a>(tag: &str, cells: impl Iterator<Item = &'a str>) -> String {
    let cells = cells.map(|cell| format!("<{tag}>{}</{tag}>", plain(cell)));
    cells.collect::<Vec<_>>().concat()
}

fn list(out: &mut String, lines: &[String]) -> std::fmt::Result {
    writeln!(out, "<ul>")?;
    for line in lines {
        writeln!(out, "<li>{}</li>", plain(line))?;
    }
    writeln!(out, "</ul>")
}

fn plain(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_is_no_markup() {
        let page =
            [Block::Heading(1, "a & b".to_owned()), Block::List(vec!["<script>x</script>".to_owned()])];
        let html = write(&page);
        assert!(html.contains("<title>a &amp; b</title>"), "{html}");
        assert!(html.contains("<li>&lt;script&gt;x&lt;/script&gt;</li>"), "{html}");
        assert!(!html.contains("<script"), "{html}");
    }
}
