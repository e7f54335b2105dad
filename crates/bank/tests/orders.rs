//! Orders as banks take them, and those that no bank would.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use forebay_bank::{Account, Order, Payment, split_dust, to_pain};

fn account(name: &str, number: &str, bank: &str) -> Account {
    Account { name: name.to_owned(), number: number.to_owned(), bank: bank.to_owned() }
}

fn payment(id: &str, payee: Account, amount: i64) -> Payment {
    Payment { end_to_end: id.to_owned(), payee, amount, words: "Sierra & Co <A>, payment 3".to_owned() }
}

fn order() -> Order {
    Order {
        id: "sierra-h100/3".to_owned(),
        written: "2026-02-15T09:00:00".to_owned(),
        on: "2026-02-16".parse().unwrap(),
        payer: account("Sierra H100 2024-1", "DE89370400440532013000", "COBADEFFXXX"),
        currency: "EUR".to_owned(),
        decimals: 2,
        payments: vec![
            payment("3/A.interest", account("Paying Agent", "NL91ABNA0417164300", ""), 12_345),
            payment("3/power", account("Grid", "4711", "NORDNOKK"), 1),
        ],
    }
}

#[test]
fn an_order_is_written() {
    insta::assert_snapshot!(to_pain(&order()).unwrap());
}

#[test]
fn what_a_bank_would_refuse_is_not_written() {
    let check = |change: &dyn Fn(&mut Order), says: &str| {
        let mut changed = order();
        change(&mut changed);
        let refused = to_pain(&changed).unwrap_err();
        assert_eq!(refused.code(), 946);
        assert!(refused.to_string().contains(says), "{refused} says nothing of `{says}`");
    };
    check(&|order| order.payments.clear(), "0 payments");
    check(&|order| order.id = "a".repeat(36), "no id");
    check(&|order| order.id = "Zürich".to_owned(), "no id");
    check(&|order| order.payments[0].amount = 0, "above zero");
    check(&|order| order.payments[0].amount = -5, "above zero");
    check(&|order| order.payments[1].end_to_end = "3/A.interest".to_owned(), "names two payments");
    check(&|order| order.payments[0].payee.number = "NL91ABNA0417164301".to_owned(), "check digits");
    check(&|order| order.payments[0].payee.name = String::new(), "a name and a number");
    check(&|order| order.payments[0].words = "x".repeat(141), "longer than 140");
}

#[test]
fn dust_stays_with_the_deal() {
    for (amount, places, expected) in
        [(12_345_678_901, (7, 2), (123_456, 78_901)), (99_999, (7, 2), (0, 99_999)), (5, (2, 2), (5, 0))]
    {
        let (paid, dust) = split_dust(amount, places).unwrap();
        assert_eq!((paid, dust), expected);
        assert_eq!(paid * 10_i64.pow(u32::from(places.0 - places.1)) + dust, amount, "nothing is lost");
    }
    assert!(split_dust(1, (2, 7)).is_err());
}
