//! Themes: every shipped one styles every role, can be read, and a wrong file is refused with its places.

use pointsman::model::verdict::Lamp;
use pointsman::ui::theme::{Glyphs, Role, Theme, choose};
use ratatui::style::{Color, Modifier, Style};

fn shipped() -> Vec<Theme> {
    Theme::NAMES.into_iter().map(|name| Theme::find(name).unwrap_or_else(|error| panic!("{error}"))).collect()
}

#[test]
fn every_shipped_theme_names_every_role() {
    for theme in shipped() {
        let text = std::fs::read_to_string(format!("themes/{}.toml", theme.name())).unwrap();
        let dark = std::fs::read_to_string("themes/dark.toml").unwrap();
        let inherits = text.contains("inherits = \"dark\"");
        for role in Role::ALL {
            let named = role.names().any(|name| {
                let key = format!("\"{name}\" =");
                text.contains(&key) || (inherits && dark.contains(&key))
            });
            assert!(named, "{} has no {}", theme.name(), role.name());
        }
    }
}

#[test]
fn states_differ_without_colour() {
    let plain = |style: Style| Style { fg: None, bg: None, ..style };
    let mono = Theme::find("mono").unwrap();
    for role in Role::ALL {
        assert_eq!(plain(mono.style(role)), mono.style(role), "{} has a colour in mono", role.name());
    }
    let unlike = |a: Role, b: Role| assert_ne!(mono.style(a), mono.style(b), "{} and {}", a.name(), b.name());
    unlike(Role::LampOk, Role::LampLook);
    unlike(Role::LampLook, Role::LampBad);
    unlike(Role::LampBad, Role::LampUnknown);
    unlike(Role::Text, Role::Selection);
    unlike(Role::Env, Role::EnvProduction);
}

#[test]
fn every_lamp_has_a_shape_of_its_own() {
    for glyphs in [Glyphs::unicode(), Glyphs::ascii()] {
        let mut shapes = [Lamp::Ok, Lamp::Look, Lamp::Bad, Lamp::Unknown].map(|lamp| glyphs.lamp(lamp));
        shapes.sort_unstable();
        assert!(shapes.windows(2).all(|pair| pair[0] != pair[1]), "{shapes:?}");
    }
    let ascii = Glyphs::ascii();
    assert_eq!(ascii.text("us-east-1 → us-west-2, 1.6× − …"), "us-east-1 -> us-west-2, 1.6x - ...");
    assert!([ascii.ok, ascii.look, ascii.bad, ascii.unknown, ascii.arrow, ascii.check].concat().is_ascii());
}

/// The sixteen colours as xterm draws them.
fn rgb(color: Color) -> Option<(u8, u8, u8)> {
    Some(match color {
        Color::Black => (0, 0, 0),
        Color::Red => (205, 0, 0),
        Color::Green => (0, 205, 0),
        Color::Yellow => (205, 205, 0),
        Color::Blue => (0, 0, 238),
        Color::Magenta => (205, 0, 205),
        Color::Cyan => (0, 205, 205),
        Color::Gray => (229, 229, 229),
        Color::DarkGray => (127, 127, 127),
        Color::LightRed => (255, 0, 0),
        Color::LightGreen => (0, 255, 0),
        Color::LightYellow => (255, 255, 0),
        Color::LightBlue => (92, 92, 255),
        Color::LightMagenta => (255, 0, 255),
        Color::LightCyan => (0, 255, 255),
        Color::White => (255, 255, 255),
        _ => return None,
    })
}

fn luminance((r, g, b): (u8, u8, u8)) -> f64 {
    let part = |value: u8| {
        let share = f64::from(value) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
}

/// The contrast of two colours, 1 to 21, as WCAG counts it.
fn contrast(a: (u8, u8, u8), b: (u8, u8, u8)) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn text_can_be_read_on_its_background() {
    let (black, white) = ((0, 0, 0), (255, 255, 255));
    for (name, terminal, text, least) in
        [("dark", black, white, 4.0), ("light", white, black, 4.0), ("high-contrast", black, white, 5.0)]
    {
        let theme = Theme::find(name).unwrap();
        for role in Role::ALL {
            let style = theme.style(role);
            let fg = style.fg.and_then(rgb).unwrap_or(text);
            let bg = style.bg.and_then(rgb).unwrap_or(terminal);
            let found = contrast(fg, bg);
            assert!(found >= least, "{name}: {} has a contrast of {found:.1}", role.name());
        }
    }
}

#[test]
fn a_role_falls_back_along_its_dots() {
    let text =
        "[palette]\nloud = \"light-red\"\n[roles]\n\"lamp\" = \"loud\"\n\"lamp.ok\" = { bold = true }\n";
    let theme = Theme::parse("mine.toml", text).unwrap();
    assert_eq!(theme.style(Role::LampBad), Style::new().fg(Color::LightRed));
    assert_eq!(theme.style(Role::LampOk), Style::new().add_modifier(Modifier::BOLD));
    assert_eq!(theme.style(Role::Title), Style::new());
    assert_eq!(theme.role_of(Style::new().add_modifier(Modifier::BOLD)), Some(Role::LampOk));
}

#[test]
fn an_heir_changes_the_palette_of_what_it_inherits() {
    let theme = Theme::parse("mine.toml", "inherits = \"dark\"\n[palette]\nok = \"#00ff88\"\n").unwrap();
    assert_eq!(theme.style(Role::LampOk).fg, Some(Color::Rgb(0, 255, 136)));
    assert_eq!(theme.style(Role::LampBad), Theme::find("dark").unwrap().style(Role::LampBad));
}

#[test]
fn a_wrong_file_is_refused_with_every_place() {
    let text = "inherits = \"dork\"\npalete = 1\n[palette]\nok = \"grean\"\nbad = 3\n[roles]\n\"lamp.od\" = \"red\"\n\"text\" = { fg = \"okk\", bld = true, dim = 1 }\ntitle = 5\n";
    let problems = Theme::parse("mine.toml", text).unwrap_err();
    let said = problems.to_string();
    let wanted = [
        "mine.toml:1:12: unknown theme `dork`; did you mean `dark`?",
        "mine.toml:2:1: unknown key `palete`; did you mean `palette`?",
        "mine.toml:4:6: unknown colour `grean`; did you mean `green`?",
        "mine.toml:5:7: this is integer, wanted is a colour",
        "mine.toml:7:1: unknown role `lamp.od`; did you mean `lamp.ok`?",
        "mine.toml:8:17: unknown colour `okk`",
        "mine.toml:8:24: unknown key `bld`; did you mean `bold`?",
        "mine.toml:8:42: this is integer, wanted is true or false",
        "mine.toml:9:9: this is integer, wanted is a colour or a table",
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), wanted);
}

#[test]
fn syntax_errors_and_loops_are_told_with_their_place() {
    let broken = Theme::parse("mine.toml", "[roles]\n\"text\" = \"red\n").unwrap_err();
    assert!(broken.to_string().starts_with("mine.toml:2:"), "{broken}");
    let missing = Theme::find("darc").unwrap_err();
    assert_eq!(missing.to_string(), "theme darc: there is no theme of this name; did you mean `dark`?");
    let gone = Theme::find("./no/such/theme.toml").unwrap_err();
    assert!(gone.to_string().contains("cannot be read"), "{gone}");
}

#[test]
fn the_flag_wins_over_the_config_and_both_over_no_color() {
    let cases = [
        (None, None, false, "dark"),
        (None, None, true, "mono"),
        (None, Some("light"), true, "light"),
        (Some("high-contrast"), Some("light"), true, "high-contrast"),
    ];
    for (flag, config, no_color, wanted) in cases {
        assert_eq!(choose(flag, config, no_color), wanted);
    }
}
