//! A payment order: pain.001.001.09, as banks take it.

use crate::BankError;
use crate::pain::{
    AccountElement, AccountId, Agent, Amount, Document, Header, Ids, Information, Initiation, Institution,
    Instructed, On, Other, Party, Remittance, Transfer,
};
use quick_xml::se::Serializer;
use serde::Serialize;
use units::{Date, Scaled};

/// An account and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Whose, at most 140 characters.
    pub name: String,
    /// An IBAN, or a number that the bank knows.
    pub number: String,
    /// The bank's BIC; empty where the number says enough.
    pub bank: String,
}

/// One payment of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Found again on both sides' statements, at most 35 characters.
    pub end_to_end: String,
    /// Who is paid.
    pub payee: Account,
    /// How much, in the currency's smallest unit.
    pub amount: i64,
    /// What the payee reads, at most 140 characters.
    pub words: String,
}

/// What a bank is asked to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The same order has the same id, so that a bank refuses it twice; at most 35 characters.
    pub id: String,
    /// When it was written, such as `2026-02-15T09:00:00`.
    pub written: String,
    /// The day on which the bank pays.
    pub on: Date,
    /// The account that pays.
    pub payer: Account,
    /// The currency's code.
    pub currency: String,
    /// Its places behind the point.
    pub decimals: u8,
    /// Everyone who is paid.
    pub payments: Vec<Payment>,
}

/// Divides an amount of a deal into what a bank can pay, rounded down, and the dust that stays with the deal, both in the
/// places that each has.
///
/// # Errors
/// [`BankError::Order`] if the bank has more places than the deal, or the places are more than 18.
///
/// ```
/// assert_eq!(forebay_bank::split_dust(12_345_678_901, (7, 2)), Ok((123_456, 78_901)));
/// ```
pub fn split_dust(amount: i64, (deal, bank): (u8, u8)) -> Result<(i64, i64), BankError> {
    let finer = deal.checked_sub(bank).and_then(|places| 10_i64.checked_pow(places.into()));
    let finer = finer.ok_or_else(|| BankError::Order {
        place: "amount".to_owned(),
        problem: format!("a bank with {bank} places cannot pay what has {deal}"),
    })?;
    Ok((amount.div_euclid(finer), amount.rem_euclid(finer)))
}

/// Writes an order as XML, after all of it was checked.
///
/// # Errors
/// [`BankError::Order`]: the first thing that a bank would refuse.
pub fn to_pain(order: &Order) -> Result<String, BankError> {
    require_order(order)?;
    let total = order.payments.iter().map(|payment| i128::from(payment.amount)).sum::<i128>();
    let sum = Scaled::new(total, order.decimals).to_string();
    let count = order.payments.len().to_string();
    let header = Header {
        id: &order.id,
        written: &order.written,
        count: count.clone(),
        sum: sum.clone(),
        by: Party { name: &order.payer.name },
    };
    let transfers = order.payments.iter().map(|payment| transfer(order, payment)).collect();
    let information = Information {
        id: &order.id,
        method: "TRF",
        count,
        sum,
        on: On { day: order.on.to_string() },
        debtor: Party { name: &order.payer.name },
        account: account(&order.payer),
        agent: agent(&order.payer),
        transfers,
    };
    let document = Document { namespace: NAMESPACE, order: Initiation { header, information } };
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let mut serializer = Serializer::new(&mut text);
    serializer.indent(' ', 2);
    document.serialize(serializer).map_err(|error| refused("order", error.to_string()))?;
    Ok(text + "\n")
}

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";
/// Longest id, and longest name and text, of the message's definition.
const ID_CHARS: usize = 35;
const TEXT_CHARS: usize = 140;
/// Most payments of one order.
const PAYMENTS_MAX: usize = 9_999;

fn refused(place: &str, problem: String) -> BankError {
    BankError::Order { place: place.to_owned(), problem }
}

fn require_order(order: &Order) -> Result<(), BankError> {
    require_id("order", &order.id)?;
    require_account("payer", &order.payer)?;
    if order.payments.is_empty() || order.payments.len() > PAYMENTS_MAX {
        return Err(refused(
            "order",
            format!("it has {} payments; 1 to {PAYMENTS_MAX} make one", order.payments.len()),
        ));
    }
    for (at, payment) in order.payments.iter().enumerate() {
        let place = format!("payment to {}", payment.payee.name);
        require_id(&place, &payment.end_to_end)?;
        require_account(&place, &payment.payee)?;
        require_text(&place, &payment.words)?;
        if payment.amount <= 0 {
            return Err(refused(&place, "an amount is above zero; leave the payment out".to_owned()));
        }
        let again = order.payments.iter().take(at).any(|other| other.end_to_end == payment.end_to_end);
        if again {
            return Err(refused(&place, format!("`{}` names two payments", payment.end_to_end)));
        }
    }
    Ok(())
}

/// The characters that every bank of the SEPA area takes in an id.
fn require_id(place: &str, id: &str) -> Result<(), BankError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(c);
    if id.is_empty() || id.len() > ID_CHARS || !id.chars().all(plain) {
        return Err(refused(
            place,
            format!("`{id}` is no id: 1 to {ID_CHARS} letters, digits and / - ? : ( ) . , ' +"),
        ));
    }
    Ok(())
}

fn require_text(place: &str, text: &str) -> Result<(), BankError> {
    let fits = text.chars().count() <= TEXT_CHARS && !text.chars().any(char::is_control);
    if fits {
        Ok(())
    } else {
        Err(refused(place, format!("`{text}` is longer than {TEXT_CHARS} characters")))
    }
}

fn require_account(place: &str, account: &Account) -> Result<(), BankError> {
    require_text(place, &account.name)?;
    if account.name.is_empty() || account.number.is_empty() {
        return Err(refused(place, "an account has a name and a number".to_owned()));
    }
    if looks_like_iban(&account.number) && !iban_adds_up(&account.number) {
        return Err(refused(place, format!("the check digits of `{}` are wrong", account.number)));
    }
    Ok(())
}

/// Two letters, two digits, and at least eleven more characters (ISO 13616).
fn looks_like_iban(number: &str) -> bool {
    let bytes = number.as_bytes();
    let head = bytes.iter().take(2).all(u8::is_ascii_uppercase)
        && bytes.iter().skip(2).take(2).all(u8::is_ascii_digit);
    head && (15..=34).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_alphanumeric)
}

/// ISO 7064, modulo 97: the first four characters go to the end, letters count from ten.
fn iban_adds_up(number: &str) -> bool {
    let (head, rest) = number.split_at(4.min(number.len()));
    let digits = rest.chars().chain(head.chars()).filter_map(|c| c.to_digit(36));
    let remainder = digits.fold(0_u32, |so_far, digit| {
        let shifted = if digit < 10 { so_far * 10 } else { so_far * 100 };
        (shifted + digit) % 97
    });
    remainder == 1
}

fn transfer<'a>(order: &'a Order, payment: &'a Payment) -> Transfer<'a> {
    let words = (!payment.words.is_empty()).then_some(Remittance { words: &payment.words });
    Transfer {
        ids: Ids { end_to_end: &payment.end_to_end },
        amount: Amount {
            instructed: Instructed {
                currency: &order.currency,
                text: Scaled::new(payment.amount, order.decimals).to_string(),
            },
        },
        agent: (!payment.payee.bank.is_empty()).then(|| agent(&payment.payee)),
        creditor: Party { name: &payment.payee.name },
        account: account(&payment.payee),
        remittance: words,
    }
}

fn account(of: &Account) -> AccountElement<'_> {
    let iban = looks_like_iban(&of.number).then_some(of.number.as_str());
    let other = iban.is_none().then_some(Other { id: &of.number });
    AccountElement { id: AccountId { iban, other } }
}

fn agent(of: &Account) -> Agent<'_> {
    let bic = (!of.bank.is_empty()).then_some(of.bank.as_str());
    let other = bic.is_none().then_some(Other { id: "NOTPROVIDED" });
    Agent { institution: Institution { bic, other } }
}
