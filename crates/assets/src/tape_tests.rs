use super::*;

fn schema() -> Schema {
    Schema {
        columns: vec![
            Column::required("serial", ColumnKind::Text),
            Column::required("site", ColumnKind::Text),
            Column::required("cost", ColumnKind::Amount).summed(),
            Column::required("in_service", ColumnKind::Date),
            Column::optional("share", ColumnKind::Rate),
        ],
        key: Some("serial".to_owned()),
        decimals: 2,
    }
}

fn parse(text: &str) -> Result<Tape, AssetsError> {
    Tape::parse("tape.csv", text.as_bytes(), &schema())
}

/// The message must hold every expected part; no part at all means that the tape is good.
fn check(text: &str, expected: &[&str]) {
    match parse(text) {
        Ok(_) => assert!(expected.is_empty(), "{text}: accepted"),
        Err(error) => {
            let shown = error.to_string();
            assert!(!expected.is_empty(), "{text}: {shown}");
            for part in expected {
                assert!(shown.contains(part), "{text}: `{part}` is not in {shown}");
            }
        }
    }
}

const HEADER: &str = "serial,site,cost,in_service\n";

fn check_rows(rows: &str, expected: &[&str]) {
    check(&format!("{HEADER}{rows}"), expected);
}

#[test]
fn bad_rows_are_all_listed_by_line_and_column() {
    check_rows("a,x,1.00,2024-01-01\n", &[]);
    check_rows("a,x,1.005,2024-01-01\n", &["line 2, column `cost`", "more decimal places", "1 bad cell;"]);
    check_rows(
        "a,x,one,2024-01-01\nb,x,2,2024-02-30\nc,,3,2024-01-01\nd,x,-4,2024-01-01\n",
        &[
            "line 2, column `cost`",
            "line 3, column `in_service`",
            "line 4, column `site`: is empty",
            "line 5",
            "4 bad",
        ],
    );
    check_rows("a,x,1\n", &["line 2, column `row`: has 3 cells, the header has 4"]);
    check_rows("a,x,1,2024-01-01,9\n", &["has 5 cells"]);
    check_rows("a,x,1,2024-01-01\na,x,1,2024-01-01\n", &["line 3, column `serial`: `a` appears twice"]);
    check("serial,site,cost\n", &["line 1, column `in_service`: is missing"]);
    check(
        "serial,site,cost,in_service,colour\n",
        &["column `colour`: is not declared", "known columns: serial"],
    );
    check("serial,site,cost,in_service,cost\n", &["column `cost`: appears twice"]);
}

#[test]
fn empty_and_hostile_tapes_give_errors_or_nothing() {
    check_rows("", &[]);
    check("", &["column `serial`: is missing"]);
    check("\n\n\n", &["is missing"]);
    check_rows("a,x,99999999999999999999999999999999999999999999,2024-01-01\n", &["does not fit"]);
    check_rows("a,x,9e9,2024-01-01\n", &["not a decimal number"]);
    check_rows("a,x,NaN,2024-01-01\n", &["not a decimal number"]);
    check_rows(
        "a,x,90000000000000000.00,2024-01-01\nb,x,90000000000000000.00,2024-01-01\n",
        &["sum of tape column `cost`"],
    );
    check_rows("a,x,1,0000-00-00\n", &["not a date"]);
    check_rows("a,x,1,9999999-01-01\n", &["not a date"]);
    check_rows("a,\"x\u{7}\",1,2024-01-01\n", &["control character"]);
    let bytes = [HEADER.as_bytes(), b"a,\xff\xfe,1,2024-01-01\n\"unclosed"].concat();
    let shown = Tape::parse("t", &bytes, &schema()).unwrap_err().to_string();
    assert!(shown.contains("UTF-8") && shown.contains("has 1 cells"), "{shown}");
}

#[test]
fn sums_and_groups() {
    let tape = parse(&format!("{HEADER}a,x,1.50,2024-01-01\nb,y,2,2024-01-02\nc,x,3,2024-01-03\n")).unwrap();
    assert_eq!(tape.aggregates().get("cost"), Some(&Value::Amount(Amount::new(650))));
    assert_eq!(tape.aggregates().get("rows"), Some(&Value::Quantity(Quantity::new(3_000_000))));
    let by_site = tape.groups("site", "cost").unwrap();
    assert_eq!(by_site.get("x"), Some(&Value::Amount(Amount::new(450))));
    assert_eq!(
        tape.groups("site", "rows").unwrap().get("y"),
        Some(&Value::Quantity(Quantity::new(1_000_000)))
    );
    assert!(tape.groups("cost", "cost").is_err());
    assert!(tape.groups("site", "share").is_err());
}

#[test]
fn at_most_thirty_two_members() {
    let rows = |count: usize| {
        let row = |index| format!("s{index},site{index},1,2024-01-01\n");
        parse(&format!("{HEADER}{}", (0..count).map(row).collect::<String>())).unwrap()
    };
    assert_eq!(rows(MEMBERS_MAX).groups("site", "cost").unwrap().len(), MEMBERS_MAX);
    let error = rows(33).groups("site", "cost").unwrap_err().to_string();
    assert!(error.contains("33 members") && error.contains("at most 32"), "{error}");
}

#[test]
fn the_hash_is_of_the_meaning() {
    let hash = |text: &str| parse(text).unwrap().hash();
    let plain = hash("serial,site,cost,in_service\na,x,1.5,2024-01-01\n");
    assert_eq!(plain, hash("site,serial,in_service,cost\n x ,\"a\",2024-01-01,1.50\n"));
    assert_ne!(plain, hash("serial,site,cost,in_service\na,x,1.51,2024-01-01\n"));
    assert_ne!(
        hash("serial,site,cost,in_service\nab,c,1,2024-01-01\n"),
        hash("serial,site,cost,in_service\na,bc,1,2024-01-01\n")
    );
}
