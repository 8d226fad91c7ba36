//! Themes: every shipped one styles every role, can be read, and a wrong file is refused with its places.

use pointsman::model::verdict::Lamp;
use pointsman::ui::theme::preview;
use pointsman::ui::theme::{Depth, Glyphs, Ground, Role, Shelf, Theme, choose, rgb};
use pointsman::ui::{ansi, svg};
use ratatui::style::{Color, Modifier, Style};

type Rgb = (u8, u8, u8);

fn shipped() -> Vec<Theme> {
    Theme::NAMES.into_iter().map(|name| Theme::find(name).unwrap_or_else(|error| panic!("{error}"))).collect()
}

#[test]
fn every_shipped_theme_names_every_role() {
    let text = |name: &str| std::fs::read_to_string(format!("themes/{name}.toml")).unwrap();
    for theme in shipped() {
        let mut all = text(theme.name());
        while let Some((_, parent)) = all.rsplit_once("inherits = \"") {
            let parent = parent.split('"').next().unwrap().to_owned();
            all = format!("{}{}", all.replace("inherits", "inherited"), text(&parent));
        }
        for role in Role::ALL {
            let named = role.names().any(|name| all.contains(&format!("\"{name}\" =")));
            assert!(named, "{} has no {}", theme.name(), role.name());
        }
        assert!(!theme.about().is_empty() && theme.about().len() < 100, "{}", theme.name());
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

fn luminance((r, g, b): Rgb) -> f64 {
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

/// The contrast of two colours, 1 to 21, as WCAG counts it.
fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// What a terminal draws where a theme leaves it open: text and ground.
fn own(ground: Ground) -> (Rgb, Rgb) {
    match ground {
        Ground::Dark => ((229, 229, 229), (0, 0, 0)),
        Ground::Light => ((0, 0, 0), (255, 255, 255)),
    }
}

/// Text and ground of a style as the terminal draws them.
fn drawn(style: Style, ground: Ground) -> (Rgb, Rgb) {
    let (text, paper) = own(ground);
    let fg = style.fg.and_then(rgb).unwrap_or(text);
    let bg = style.bg.and_then(rgb).unwrap_or(paper);
    if style.add_modifier.contains(Modifier::REVERSED) { (bg, fg) } else { (fg, bg) }
}

#[test]
fn text_can_be_read_on_its_background_in_every_theme_and_depth() {
    let shelf = Shelf::default();
    for name in Theme::NAMES {
        for depth in Depth::ALL {
            let theme = shelf.find(name, depth).unwrap();
            let least = if name == "high-contrast" { 5.0 } else { 4.0 };
            for role in Role::ALL {
                let (fg, bg) = drawn(theme.style(role), theme.ground());
                let found = contrast(fg, bg);
                assert!(found >= least, "{name}, {depth:?}: {} has a contrast of {found:.1}", role.name());
            }
        }
    }
}

#[test]
fn without_colours_every_theme_is_told_apart_by_shape_and_weight_alone() {
    let (shelf, mono) = (Shelf::default(), Theme::find("mono").unwrap());
    for name in Theme::NAMES {
        let plain = shelf.find(name, Depth::None).unwrap();
        for role in Role::ALL {
            let style = plain.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{name}: {}", role.name());
        }
        for role in [Role::LampLook, Role::LampBad, Role::ModeArmed, Role::EnvProduction] {
            assert_eq!(plain.style(role), mono.style(role), "{name}: {}", role.name());
        }
    }
}

#[test]
fn a_theme_has_no_more_colours_than_the_terminal() {
    let shelf = Shelf::default();
    let text = "[palette]\na = [\"#102030\", \"200\", \"light-blue\"]\nb = \"#fe0000\"\n[roles]\n\"lamp.ok\" = \"a\"\n\"lamp.bad\" = \"b\"\n";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    std::fs::write(&file, text).unwrap();
    let colors = |depth| {
        let theme = shelf.find(file.to_str().unwrap(), depth).unwrap();
        [Role::LampOk, Role::LampBad].map(|role| theme.style(role).fg.unwrap())
    };
    assert_eq!(colors(Depth::True), [Color::Rgb(0x10, 0x20, 0x30), Color::Rgb(0xfe, 0, 0)]);
    assert_eq!(colors(Depth::Indexed), [Color::Indexed(200), Color::Indexed(196)]);
    assert_eq!(colors(Depth::Sixteen), [Color::LightBlue, Color::LightRed]);
}

/// What somebody sees who lacks one kind of cone, by the matrices of Machado, Oliveira and Fernandes (2009) for the
/// whole lack, on linear light.
#[derive(Clone, Copy, Debug)]
enum Eyes {
    Protanopia,
    Deuteranopia,
}

impl Eyes {
    fn see(self, (r, g, b): Rgb) -> [f64; 3] {
        let matrix = match self {
            Self::Protanopia => [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
            Self::Deuteranopia => [
                [0.367_322, 0.860_646, -0.227_968],
                [0.280_085, 0.672_501, 0.047_413],
                [-0.011_820, 0.042_940, 0.968_881],
            ],
        };
        let light = [r, g, b].map(linear);
        matrix.map(|row| row.iter().zip(light).map(|(m, l)| m * l).sum::<f64>().clamp(0.0, 1.0))
    }

    /// How unlike two colours look to them: the distance in CIE Lab, in which 2.3 is just to be seen.
    fn apart(self, a: Rgb, b: Rgb) -> f64 {
        let (a, b) = (lab(self.see(a)), lab(self.see(b)));
        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    }
}

fn linear(value: u8) -> f64 {
    let share = f64::from(value) / 255.0;
    if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
}

/// Linear sRGB light as CIE Lab under D65.
fn lab(light: [f64; 3]) -> [f64; 3] {
    const TO_XYZ: [[f64; 3]; 3] = [
        [0.412_456 / 0.950_47, 0.357_576 / 0.950_47, 0.180_437 / 0.950_47],
        [0.212_673, 0.715_152, 0.072_175],
        [0.019_334 / 1.088_83, 0.119_192 / 1.088_83, 0.950_304 / 1.088_83],
    ];
    let [x, y, z] = TO_XYZ.map(|row| {
        let share: f64 = row.iter().zip(light).map(|(m, l)| m * l).sum();
        if share > 0.008_856 { share.cbrt() } else { 7.787 * share + 16.0 / 116.0 }
    });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// The nearest two of the four lamps, by the colour that fills most of their cell.
fn nearest_lamps(theme: &Theme, eyes: Eyes) -> f64 {
    let lamps = [Role::LampOk, Role::LampLook, Role::LampBad, Role::LampUnknown];
    let colors = lamps.map(|role| {
        let style = theme.style(role);
        let (fg, bg) = drawn(style, theme.ground());
        if style.bg.is_some() { bg } else { fg }
    });
    let pairs = (0..4).flat_map(|a| (0..a).map(move |b| (a, b)));
    pairs.map(|(a, b)| eyes.apart(colors[a], colors[b])).fold(f64::MAX, f64::min)
}

#[test]
fn lamps_stay_apart_for_eyes_that_lack_red_or_green() {
    // Ten times what can just be seen.
    const APART: f64 = 23.0;
    let shelf = Shelf::default();
    for (name, eyes) in [("deuteranopia", Eyes::Deuteranopia), ("protanopia", Eyes::Protanopia)] {
        for depth in [Depth::Sixteen, Depth::Indexed, Depth::True] {
            let found = nearest_lamps(&shelf.find(name, depth).unwrap(), eyes);
            assert!(found >= APART, "{name}, {depth:?}: two lamps are only {found:.0} apart");
        }
        let usual = nearest_lamps(&shelf.find("dark", Depth::Sixteen).unwrap(), eyes);
        assert!(usual < APART, "{eyes:?}: the usual theme would do, {usual:.0} apart: is the measure right?");
    }
}

#[test]
fn no_theme_hides_that_this_is_production() {
    let quiet = "[roles]\n\"env\" = { dim = true }\n\"env.production\" = { dim = true }\n\"border\" = \"blue\"\n\"border.production\" = { fg = \"blue\", bg = \"default\" }\n";
    let mut themes = shipped();
    themes.push(Theme::parse("quiet.toml", quiet).unwrap());
    themes.push(Theme::parse("nothing.toml", "").unwrap());
    themes.push(Theme::plain());
    themes.extend(Theme::NAMES.map(|name| Shelf::default().find(name, Depth::None).unwrap()));
    for theme in themes {
        for role in [Role::EnvProduction, Role::BorderProduction] {
            let style = theme.style(role);
            let ground = style.bg.is_some_and(|bg| bg != Color::Reset);
            let reversed = style.add_modifier.contains(Modifier::REVERSED);
            assert!(ground || reversed, "{}: {} is {style:?}", theme.name(), role.name());
            assert!(!style.add_modifier.contains(Modifier::DIM), "{}: {}", theme.name(), role.name());
        }
        assert_ne!(theme.style(Role::Env), theme.style(Role::EnvProduction), "{}", theme.name());
        assert_ne!(theme.style(Role::BorderFocus), theme.style(Role::BorderProduction), "{}", theme.name());
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
    let text = "inherits = \"dork\"\npalete = 1\n[palette]\nok = \"grean\"\nbad = 3\n[roles]\n\"lamp.od\" = \"red\"\n\"text\" = { fg = \"okk\", bld = true, dim = 1 }\ntitle = 5\nhint = { fg = \"red\", bg = \"red\" }\n";
    let problems = Theme::parse("mine.toml", text).unwrap_err();
    let said = problems.to_string();
    let wanted = [
        "mine.toml:1:12: inherits: unknown theme `dork`; did you mean `dark`?",
        "mine.toml:2:1: unknown key `palete`; did you mean `palette`?",
        "mine.toml:4:6: palette.ok: unknown colour `grean`; did you mean `green`?",
        "mine.toml:5:7: palette.bad: this is integer, wanted is a colour, or a list of colours",
        "mine.toml:7:1: roles: unknown role `lamp.od`; did you mean `lamp.ok`?",
        "mine.toml:8:17: roles.\"text\".fg: unknown colour `okk`; did you mean `ok`?",
        "mine.toml:8:24: roles.\"text\": unknown key `bld`; did you mean `bold`?",
        "mine.toml:8:42: roles.\"text\".dim: this is integer, wanted is true or false",
        "mine.toml:9:9: roles.\"title\": this is integer, wanted is a colour or a table",
        "mine.toml:10:1: roles.\"hint\": cannot be seen: `fg` and `bg` are the same colour",
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
fn the_flag_wins_over_the_config_and_production_has_a_look_of_its_own() {
    let cases = [
        (None, None, false, "dark"),
        (None, None, true, "production"),
        (None, Some("light"), true, "light"),
        (Some("high-contrast"), Some("light"), true, "high-contrast"),
    ];
    for (flag, config, production, wanted) in cases {
        assert_eq!(choose(flag, config, production), wanted);
    }
}

/// A shelf of themes of the operator's own.
fn shelf(files: &[(&str, &str)]) -> (tempfile::TempDir, Shelf) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(format!("{name}.toml")), text).unwrap();
    }
    let shelf = Shelf::read(&[folder.path().to_owned(), folder.path().join("none")]);
    (folder, shelf)
}

#[test]
fn themes_of_the_operator_stand_before_those_of_the_program() {
    let (_folder, shelf) = shelf(&[
        ("dark", "inherits = \"dark\"\n[palette]\nok = \"blue\"\n"),
        ("mine", "about = \"mine\"\nground = \"light\"\ninherits = \"dark\"\n"),
    ]);
    assert_eq!(shelf.names()[..3], ["dark", "mine", "light"]);
    let mine = shelf.find("mine", Depth::True).unwrap();
    assert_eq!((mine.about(), mine.ground()), ("mine", Ground::Light));
    assert_eq!(mine.style(Role::LampOk).fg, Some(Color::Blue), "by the operator's dark");
    assert_eq!(mine.style(Role::LampBad).fg, Some(Color::LightRed), "by that of the program behind it");
    let light = shelf.find("light", Depth::True).unwrap();
    assert_eq!(light.style(Role::ModeArmed), mine.style(Role::ModeArmed));
}

#[test]
fn themes_that_inherit_in_a_circle_are_refused_with_the_way_round() {
    let (folder, shelf) = shelf(&[
        ("a", "inherits = \"b\"\n"),
        ("b", "\ninherits = \"c\"\n"),
        ("c", "inherits = \"b\"\n"),
        ("me", "inherits = \"me\"\n"),
    ]);
    let said =
        shelf.find("a", Depth::True).unwrap_err().to_string().replace(folder.path().to_str().unwrap(), "");
    assert_eq!(said, "/c.toml:1:12: inherits: themes inherit from each other in a circle: b → c → b");
    let own = shelf.find("me", Depth::True).unwrap_err().to_string();
    assert!(own.contains("me.toml:1:12: inherits: unknown theme `me`"), "{own}");
}

#[test]
fn the_page_about_themes_is_what_the_code_says() {
    crate::written::compare_or_write("docs/themes.md", &pointsman::ui::theme::docs());
}

#[test]
fn a_preview_has_every_role_and_its_picture_is_kept() {
    for theme in shipped() {
        let preview = preview::preview(&theme, &Glyphs::unicode());
        let text = ansi::plain(&preview);
        for role in Role::ALL {
            assert!(text.contains(role.name()), "{} has no {}", theme.name(), role.name());
        }
        let title = format!("pointsman: the theme {}", theme.name());
        let picture = svg::on(&preview, &title, theme.ground());
        crate::written::compare_or_write(&format!("screenshots/themes/{}.svg", theme.name()), &picture);
        assert!(ansi::plain(&preview::preview(&theme, &Glyphs::ascii())).is_ascii());
    }
}
