//! A deal from its opening to what is behind a unit of it, as its parties see it.

use crate::support::{Node, On, hundred};
use client::{
    Act, Amount, BankAccount, Client, ClientError, Deal, Decision, NewAttestation, NewReceipt, NewReceipts,
    NewRent, NewRents, Payment, Posting, Receipt, Role, StressQuestion,
};
use futures_util::TryStreamExt;

on_each_database! {
    a_deal_as_its_parties_see_it,
}

/// The number of a refusal.
fn code<T: std::fmt::Debug>(answer: Result<T, ClientError>) -> u16 {
    answer.unwrap_err().code().unwrap()
}

/// Opens the textbook deal and lives it up to today.
async fn opened(node: &Node) {
    let arranger = node.client(Role::Arranger);
    let first = arranger.open_deal(&hundred(), "open").await.unwrap();
    assert!(!first.repeated);
    let again = arranger.open_deal(&hundred(), "open").await.unwrap();
    assert_eq!((again.repeated, again.first, again.last), (true, first.first, first.last));
    assert_eq!(code(arranger.open_deal(&hundred(), "again").await), 982);
    // Bounded by the deal's life: a turn does what is due, and says when nothing is.
    for _ in 0..200 {
        let turned = node.servicer.turn().await.unwrap();
        assert!(turned.failures.is_empty());
        let deal = node.servicer.deal_summary("hundred").await.unwrap();
        if deal.next_payment.is_none_or(|(_, day)| day > node.servicer.today().unwrap()) {
            return;
        }
    }
    panic!("the deal does not come to today");
}

async fn a_deal_as_its_parties_see_it(on: On) {
    let node = on.node().await;
    let mut heard = node.client(Role::Auditor).events(0).await.unwrap();
    opened(&node).await;
    let investor = node.client(Role::Investor);
    terms(&investor).await;
    payments(&investor).await;
    questions(&investor).await;
    receipts(&node).await;
    look_through(&node, &investor).await;
    attestations(&node).await;
    rents(&node.client(Role::Trustee)).await;
    bank(&node.client(Role::Trustee)).await;
    let mut kinds = Vec::new();
    while !kinds.contains(&"deal.applied".to_owned()) {
        kinds.push(heard.try_next().await.unwrap().unwrap().kind);
    }
    assert!(kinds.contains(&"deal.opened".to_owned()));
    node.store.verify().await.unwrap();
}

async fn terms(investor: &Client) {
    let deals: Vec<Deal> = investor.deals().try_collect().await.unwrap();
    assert_eq!(deals.iter().map(|deal| deal.id.as_str()).collect::<Vec<_>>(), ["hundred"]);
    let detail = investor.deal("hundred").await.unwrap();
    assert!(
        detail.terms.contains("deal ") && !detail.notes.is_empty() && detail.opened_by.role == "arranger"
    );
    assert_eq!(code(investor.deal("nothing").await), 981);
}

async fn payments(investor: &Client) {
    let payments: Vec<Payment> = investor.payments("hundred").try_collect().await.unwrap();
    assert!(payments.len() > 24, "{}", payments.len());
    let third = investor.payment("hundred", 3).await.unwrap();
    let out: i128 = third
        .postings
        .iter()
        .filter(|posting| posting.kind == "cash_out")
        .map(|posting| posting.amount.0)
        .sum();
    assert_eq!(Amount(out), third.payment.paid);
    let postings: Vec<Posting> = investor.postings("hundred").try_collect().await.unwrap();
    assert!(postings.windows(2).all(|pair| pair[0].row < pair[1].row));
    assert!(postings.len() > 100, "more than a page: {}", postings.len());
    let of_third = postings.iter().filter(|posting| posting.event == third.payment.event).cloned();
    assert_eq!(of_third.collect::<Vec<_>>(), third.postings);
}

async fn questions(investor: &Client) {
    let date = investor.payment("hundred", 3).await.unwrap().payment.date;
    let date = date.as_str();
    let why = investor.explain("hundred", (date, None, None)).await.unwrap().text;
    assert!(why.starts_with(&format!("Payment 3 on {date}")), "{why}");
    assert_eq!(code(investor.explain("hundred", (date, Some("pay nobody"), None)).await), 981);
    let question = StressQuestion { paths: 128, seed: 7 };
    let answer = investor.stress("hundred", &question).await.unwrap();
    assert!(
        answer.verdict.contains("loses") && answer.facts.iter().any(|fact| fact == "seed 7"),
        "{answer:?}"
    );
    assert_eq!(investor.stress("hundred", &question).await.unwrap(), answer);
    assert_eq!(code(investor.stress("nothing", &question).await), 981);
}

async fn receipts(node: &Node) {
    let (trustee, investor) = (node.client(Role::Trustee), node.client(Role::Investor));
    let before: Vec<Receipt> = investor.receipts("hundred").try_collect().await.unwrap();
    let machine = node.signer.registration().machine;
    let receipt = NewReceipt {
        number: 9_999,
        machines: vec![machine.clone()],
        bailee: "keep".to_owned(),
        insured_until: Some("2027-01-31".to_owned()),
        attested_until: None,
    };
    let receipts = NewReceipts { receipts: vec![receipt.clone()] };
    trustee.note_receipts("hundred", &receipts, "receipt").await.unwrap();
    assert_eq!(code(investor.note_receipts("hundred", &receipts, "receipt").await), 1002);
    let wrong =
        NewReceipts { receipts: vec![NewReceipt { insured_until: Some("soon".to_owned()), ..receipt }] };
    assert_eq!(code(trustee.note_receipts("hundred", &wrong, "wrong").await), 1014);
    let after: Vec<Receipt> = investor.receipts("hundred").try_collect().await.unwrap();
    assert_eq!(after.len(), before.len() + 1);
    assert_eq!(investor.receipt("hundred", 9_999).await.unwrap(), *after.last().unwrap());
}

/// From the investor's unit to a reading that it proves for itself.
async fn look_through(node: &Node, investor: &Client) {
    let machine = node.signer.registration().machine;
    let note = investor.deal("hundred").await.unwrap().notes.remove(0).name;
    let through = investor.look_through(("hundred", &note, 9_999), 4).await.unwrap();
    assert_eq!((through.deal.id.as_str(), through.note.name), ("hundred", note));
    let receipts: Vec<Receipt> = investor.receipts("hundred").try_collect().await.unwrap();
    assert_eq!(through.receipts, u64::try_from(receipts.len()).unwrap());
    assert_eq!((through.machines.len(), through.devices.len(), through.readings.len()), (1, 1, 1));
    let device = through.devices[0].device.clone();
    let registration = investor.registration(&device).await.unwrap();
    let verified = mcp::verify((&device, 1), &registration, &through.readings[0]).unwrap();
    assert_eq!((verified.anchor, registration.machine), (None, machine));
    let history = investor.device(&device, 4).await.unwrap();
    assert_eq!(history.readings, through.readings);
    let own: Vec<client::Position> = investor.positions().try_collect().await.unwrap();
    assert!(own.iter().all(|position| position.holder == "fund"));
}

async fn attestations(node: &Node) {
    let [operator, arranger, trustee] =
        [Role::Operator, Role::Arranger, Role::Trustee].map(|role| node.client(role));
    let what = Act::Restate { name: "rent".to_owned(), delta: Amount(-1) };
    let new = NewAttestation { what, as_of: "2026-11-20".to_owned(), evidence: "invoice 7".to_owned() };
    let proposed = operator.propose("hundred", &new, "propose").await.unwrap();
    let yes = Decision { approves: true };
    assert_eq!(code(operator.decide(&proposed.id, yes, "decide").await), 986);
    let pending: Vec<client::Attestation> = trustee.attestations("hundred").try_collect().await.unwrap();
    assert_eq!(
        (pending.len(), &pending[0].what, pending[0].proposed_by.name.as_str()),
        (1, &new.what, "operator.one")
    );
    trustee.decide(&proposed.id, Decision { approves: false }, "decide").await.unwrap();
    assert_eq!(code(arranger.decide(&proposed.id, yes, "decide").await), 987);
}

async fn rents(trustee: &Client) {
    let rent = NewRent {
        reference: "R-1".to_owned(),
        name: "rent".to_owned(),
        account: String::new(),
        amount: Amount(5_000_000),
        due: "2026-12-01".to_owned(),
    };
    let rents = NewRents { rents: vec![rent.clone()] };
    trustee.expect_rents("hundred", &rents, "rents").await.unwrap();
    let large = NewRents { rents: vec![NewRent { amount: Amount(1 << 70), ..rent }] };
    assert_eq!(code(trustee.expect_rents("hundred", &large, "large").await), 1014);
    let listed: Vec<client::Rent> = trustee.rents("hundred").try_collect().await.unwrap();
    assert_eq!((listed.len(), listed[0].amount), (1, Amount(5_000_000)));
}

async fn bank(trustee: &Client) {
    assert_eq!(code(trustee.instructions(("hundred", 3), "orders").await), 988);
    let account = BankAccount {
        payee: "nobody".to_owned(),
        name: "Nobody".to_owned(),
        number: "DE89370400440532013000".to_owned(),
        bank: String::new(),
    };
    assert_eq!(code(trustee.name_account("hundred", &account, "account").await), 981);
    let statement = trustee.submit_statement("hundred", "<Document/>".to_owned(), "statement").await;
    let refused = statement.unwrap_err();
    assert!(matches!(&refused, ClientError::Refused(problem) if problem.status == 422), "{refused}");
    let statements: Vec<client::Statement> = trustee.statements("hundred").try_collect().await.unwrap();
    let unmatched: Vec<client::StatementLine> = trustee.unmatched("hundred").try_collect().await.unwrap();
    assert!(statements.is_empty() && unmatched.is_empty());
    let warnings: Vec<client::Warning> = trustee.warnings().try_collect().await.unwrap();
    assert!(warnings.iter().all(|warning| warning.ended.is_none()));
}
