use super::*;

const POINTS: &str = "date,kind,value,basis,source\n\
    2024-01-01,list,8.00,observed,a\n\
    2024-01-11,list,4.00,derived,b\n\
    2024-02-10,spot,3.00,,c\n\
    2024-03-11,spot,2.00,assumed,d\n\
    2024-02-01,year,9.00,,e\n";

fn build(spec: &str) -> Result<Series, AssetsError> {
    let spec: SeriesSpec = toml::from_str(&format!("file = \"p.csv\"\nunit = \"amount\"\n{spec}")).unwrap();
    Series::build("rent", &spec, (POINTS.as_bytes(), 2))
}

/// Rows are `since date value provenance`, or `since date` and a part of the error.
#[track_caller]
fn check(spec: &str, rows: &[(&str, &str, &str)]) {
    for (since, date, expected) in rows {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let read = build(spec).and_then(|series| series.reading(day(since), day(date)));
        let shown = match read {
            Ok(reading) => format!("{} {} {}", reading.value, reading.provenance.name(), reading.source),
            Err(error) => error.to_string(),
        };
        assert!(shown.contains(expected), "{since} {date}: `{expected}` is not in {shown}");
    }
}

const TWO: &str = "splice = [{ kind = \"list\" }, { kind = \"spot\" }]";

#[test]
fn a_value_says_how_it_came_about() {
    check(
        TWO,
        &[
            ("2023-12-01", "2023-12-31", "no value on 2023-12-31: the first point is of 2024-01-01"),
            ("2024-01-01", "2024-01-01", "800 observed a"),
            ("2023-12-20", "2024-01-06", "800 observed a"),
            ("2024-01-05", "2024-01-06", "600 interpolated a"),
            ("2024-01-05", "2024-01-07", "560 interpolated a"),
            ("2024-01-05", "2024-01-20", "400 derived b"),
            ("2024-01-20", "2024-02-09", "400 carried b"),
            ("2024-02-09", "2024-02-10", "300 observed c"),
            ("2024-02-15", "2024-02-25", "250 interpolated c"),
            ("2024-03-01", "2024-04-01", "200 assumed d"),
            ("2024-04-01", "2024-05-01", "200 carried d"),
        ],
    );
}

#[test]
fn declared_choices_change_it() {
    check(&format!("between = \"carry\"\n{TWO}"), &[("2024-01-05", "2024-01-06", "800 carried a")]);
    check(
        "splice = [{ kind = \"list\" }, { kind = \"spot\", bridge = true }]",
        &[("2024-01-20", "2024-01-26", "350 interpolated b")],
    );
    check(
        "splice = [{ kind = \"list\", times = \"50 %\" }]",
        &[("2024-01-01", "2024-01-01", "400 derived a")],
    );
    check(
        "splice = [{ kind = \"list\", to = 2024-01-10 }]",
        &[("2024-01-05", "2024-01-20", "800 carried a")],
    );
    check(
        "splice = [{ kind = \"list\", from = 2024-01-02 }]",
        &[("2024-01-05", "2024-01-20", "400 derived b")],
    );
    let decline = format!("after = \"decline 10 % a month\"\n{TWO}");
    check(
        &decline,
        &[("2024-04-01", "2024-05-12", "162 assumed d"), ("2024-04-01", "2024-04-10", "200 assumed d")],
    );
    let stated = "points = [{ date = 2023-12-01, value = \"10\", source = \"z\" }]\n";
    check(&format!("{stated}{TWO}"), &[("2023-12-05", "2023-12-31", "1000 carried z")]);
}

#[test]
fn bad_series_say_what_to_fix() {
    let any = [("2024-01-01", "2024-01-01")];
    let bad = |spec: &str, expected: &str| check(spec, &[(any[0].0, any[0].1, expected)]);
    bad("splice = [{ kind = \"spot\" }, { kind = \"list\" }]", "let the splices follow each other");
    bad("splice = [{ kind = \"none\" }]", "has no point");
    bad("", "has no point");
    bad(
        &format!("points = [{{ date = 2024-01-01, value = \"1\", source = \"z\" }}]\n{TWO}"),
        "does not come after",
    );
    bad("points = [{ date = 2023-01-01, value = \"x\", source = \"z\" }]", "not a decimal number");
    bad(
        "points = [{ date = 2023-01-01, value = \"1\", source = \"z\", basis = \"rumour\" }]",
        "write observed",
    );
}

#[test]
fn every_splice_is_reported() {
    let shown = |spec: &str| -> Vec<String> {
        let splice = |s: Splice| format!("{} {} {} {} {}", s.from, s.last, s.to, s.first, s.bridged);
        build(spec).unwrap().splices().into_iter().map(splice).collect()
    };
    assert_eq!(shown(TWO), ["list 2024-01-11 spot 2024-02-10 false"]);
    assert_eq!(shown("splice = [{ kind = \"spot\" }]"), Vec::<String>::new());
    let three = "splice = [{ kind = \"list\" }, { kind = \"year\", bridge = true }, { kind = \"spot\" }]";
    assert_eq!(
        shown(three),
        ["list 2024-01-11 year 2024-02-01 true", "year 2024-02-01 spot 2024-02-10 false"]
    );
}

#[test]
fn bad_points_are_listed() {
    let spec: SeriesSpec = toml::from_str("file = \"p.csv\"\nunit = \"percent\"\n").unwrap();
    let bytes =
        b"date,kind,value,source\n2024-01-01,sofr,5.3x,a\n2024-13-01,sofr,5.3,a\n2024-01-03,sofr,5.3,\n";
    let shown = Series::build("sofr", &spec, (bytes, 7)).unwrap_err().to_string();
    for part in
        ["p.csv: 3 bad cells", "line 2, column `value`", "line 3, column `date`", "line 4, column `source`"]
    {
        assert!(shown.contains(part), "{shown}");
    }
}
