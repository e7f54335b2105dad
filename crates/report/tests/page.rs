//! The page: whole, self-contained and safe against what a term sheet may say.

#![allow(clippy::unwrap_used, clippy::expect_used)] // The helpers of a test may panic as the test may.

mod sample;

use forebay_report::*;

/// A name that a careless page would run or be broken by.
const HOSTILE: &str = "</script><script>alert('1')</script><img src=x onerror=\"alert(2)\">&";

/// The page without the charting library, which is not ours to judge by its text.
fn own_part(page: &str) -> String {
    let (before, rest) = page.split_once("<script type=\"text/javascript\">").expect("the library");
    let (_, after) = rest.split_once("</script>").expect("its end");
    format!("{before}{after}")
}

fn data(page: &str) -> serde_json::Value {
    let (_, rest) = page.split_once("<script type=\"application/json\" id=\"data\">").expect("the numbers");
    serde_json::from_str(rest.split_once("</script>").expect("their end").0).unwrap()
}

#[test]
fn nothing_is_fetched() {
    let page = to_page(&sample::whole()).unwrap();
    let own = own_part(&page);
    for forbidden in
        ["http:", "https:", "//cdn", "@import", "url(", "<link", "<img", "<iframe", "fetch(", "src="]
    {
        assert!(!own.contains(forbidden), "the page has {forbidden}");
    }
    assert!(own.contains("default-src 'none'"), "no content security policy");
    assert!(page.contains("plotly.js"), "no charting library");
    assert!(!page.contains("MathJax.loader"), "a library for formulas that no chart uses");
}

#[test]
fn no_name_leaves_its_element() {
    let mut results = sample::until(8);
    results.deal.title = HOSTILE.into();
    results.deal.name = HOSTILE.into();
    results.status = HOSTILE.into();
    results.scenario = HOSTILE.into();
    results.remarks = vec![HOSTILE.into()];
    for payment in &mut results.payments {
        payment.payee = HOSTILE.into();
        payment.step = HOSTILE.into();
    }
    for period in &mut results.periods {
        period.triggers.iter_mut().for_each(|trigger| trigger.value = HOSTILE.into());
        period.tests.iter_mut().for_each(|test| test.name = HOSTILE.into());
    }
    results.state_changes[0].reason = HOSTILE.into();
    results.observations[0].input = HOSTILE.into();
    results.sensitivities[0].rows[0] = HOSTILE.into();
    let page = to_page(&results).unwrap();
    let own = own_part(&page);
    assert!(!own.contains("<script>alert") && !own.contains("<img"), "a name became markup");
    assert_eq!(own.matches("<script").count(), own.matches("</script>").count());
    assert_eq!(data(&page)["tests"][0]["name"], HOSTILE);
}

#[test]
fn every_element_that_is_opened_is_closed() {
    let own = own_part(&to_page(&sample::whole()).unwrap());
    for element in
        ["section", "table", "thead", "tbody", "tr", "figure", "details", "div", "ul", "ol", "nav", "main"]
    {
        let opened =
            own.matches(&format!("<{element}>")).count() + own.matches(&format!("<{element} ")).count();
        assert_eq!(opened, own.matches(&format!("</{element}>")).count(), "{element}");
    }
}

#[test]
fn the_menu_leads_to_sections_and_labels_to_headings() {
    let own = own_part(&to_page(&sample::whole()).unwrap());
    let targets = own.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap());
    let labels = own.split("aria-labelledby=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    for id in targets.chain(labels) {
        assert_eq!(own.matches(&format!(" id=\"{id}\"")).count(), 1, "{id}");
    }
    assert_eq!(own.matches("<h1>").count(), 1);
}

#[test]
fn every_series_has_one_value_for_each_payment_date() {
    let data = data(&to_page(&sample::whole()).unwrap());
    let dates = data["dates"].as_array().unwrap().len();
    let lists = [&data["exit_value"], &data["market_value"], &data["cash"], &data["tests"][0]["values"]];
    let classes = data["classes"].as_array().unwrap().iter();
    let split = classes
        .flat_map(|class| ["balance", "invested", "of_capital", "on_capital"].map(|part| &class[part]));
    for list in lists.into_iter().chain(split) {
        assert_eq!(list.as_array().unwrap().len(), dates);
    }
    // The whole life, the closing and every payment date.
    assert_eq!(data["flows"].as_array().unwrap().len(), dates + 1);
}

#[test]
fn a_document_with_almost_nothing_is_still_a_page() {
    for results in [sample::tiny(), sample::until(0)] {
        let page = to_page(&results).unwrap();
        assert!(page.ends_with("</html>\n"));
        assert_eq!(data(&page)["currency"], results.deal.currency);
    }
}

#[test]
fn the_files_of_a_run_have_the_names_that_the_terminal_says() {
    let results = sample::until(3);
    let text = to_terminal(&results, TerminalStyle::default(), &results.deal.name);
    let files = to_files(&results).unwrap();
    let names: Vec<&str> = files.iter().map(|file| file.name).collect();
    assert_eq!(names, ["report.html", "payments.csv", "results.xlsx", "results.json"]);
    assert!(names.iter().take(3).all(|name| text.contains(name)));
}

fn answer(text: &str) -> Answer {
    let mut grid = Grid::new(text, text, &["tier", "days"]);
    grid.row([text.to_owned(), "208".to_owned()]);
    let lines = LinesChart {
        title: text.into(),
        across: Axis::new(text),
        up: Axis::logarithmic(text),
        series: vec![Series {
            name: text.into(),
            points: vec![(Position::Number(1.0), 208.0), (Position::Text(text.into()), 833.0)],
            ..Series::default()
        }],
        levels: vec![(text.into(), 1461.0)],
        ..LinesChart::default()
    };
    let charts = [
        Chart::Lines(lines),
        Chart::Fan(FanChart { title: text.into(), ..FanChart::default() }),
        Chart::Bars(BarsChart { title: text.into(), ..BarsChart::default() }),
        Chart::HeatMap(HeatMapChart {
            title: text.into(),
            rows: vec![text.into()],
            ..HeatMapChart::default()
        }),
        Chart::Tornado(TornadoChart {
            title: text.into(),
            drivers: vec![text.into()],
            ..TornadoChart::default()
        }),
    ];
    Answer {
        question: text.into(),
        title: text.into(),
        verdict: text.into(),
        tone: Tone::Bad,
        sections: vec![Section::of(grid, charts)],
        remarks: vec![text.into()],
        ..Answer::default()
    }
}

#[test]
fn the_page_of_an_answer_is_as_safe_and_as_whole() {
    let page = answer_page(&answer(HOSTILE)).unwrap();
    let own = own_part(&page);
    assert!(!own.contains("<script>alert") && !own.contains("<img"), "a name became markup");
    assert!(own.contains("default-src 'none'") && page.contains("plotly.js"));
    let charts = data(&page);
    assert_eq!(charts[0]["series"][0]["points"][0], serde_json::json!([1.0, 208.0]));
    assert_eq!(charts[0]["series"][0]["points"][1][0], HOSTILE);
    for chart in 0..5 {
        assert_eq!(own.matches(&format!("id=\"chart-{chart}\"")).count(), 1, "chart {chart}");
    }
    assert!(own.contains("208"), "a section is missing");
}

#[test]
fn an_answer_in_a_terminal_has_everything_that_its_page_has() {
    let text = answer_text(&answer("a node sale"));
    assert_eq!(
        text,
        "a node sale\na node sale\n\na node sale\n a node sale\n tier         days\n a node sale   208\n\na node sale\n"
    );
}

#[test]
fn every_table_of_an_answer_is_a_file() {
    let mut answer = answer("Losses <of> each class");
    let rest = Grid { rows: vec![vec!["A, junior".into()]], ..Grid::new("The rest", "", &["class"]) };
    answer.sections[0].grids.push(rest);
    let files = answer_tables(&answer).unwrap();
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["losses-of-each-class.csv", "the-rest.csv"]);
    assert_eq!(files[1].1, "class\n\"A, junior\"\n");
}
