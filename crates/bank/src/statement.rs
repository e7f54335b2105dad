//! A statement whose entries and balances agree.

use crate::BankError;
use crate::camt::{Amt, Bal, Document, Ntry, Stmt, Transaction};
use units::{Date, Scaled, parse_scaled};

/// What happened on an account of a bank from one balance to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// As the bank numbers it.
    pub id: String,
    /// The account's number.
    pub account: String,
    /// Balance before the first entry, in the currency's smallest unit; negative if it is owed.
    pub opening: i64,
    /// Balance after the last.
    pub closing: i64,
    /// What is booked, in the bank's order; a batch stands as its payments where the bank tells them apart.
    pub entries: Vec<Entry>,
    /// Entries that the bank has not booked yet: they are in no balance, and count nowhere.
    pub pending: usize,
}

/// Money that came (above zero) or went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// In the currency's smallest unit.
    pub amount: i64,
    /// The day on which the bank booked it.
    pub booked: Date,
    /// The day from which it counts.
    pub valued: Date,
    /// The bank's own reference: the same entry on two statements has the same.
    pub bank_reference: String,
    /// What the payer wrote to be found by: a creditor reference, or the id that went from end to end.
    pub references: Vec<String>,
    /// What else the payer wrote.
    pub words: String,
    /// Name of the other side.
    pub name: String,
    /// Account of the other side.
    pub account: String,
    /// It takes back an earlier entry.
    pub reversal: bool,
}

/// Ids that mean that there is none.
const NO_REFERENCE: &str = "NOTPROVIDED";

/// What the caller knows of the money.
struct Reader<'a> {
    currency: &'a str,
    decimals: u8,
    statement: &'a str,
}

/// Reads every statement of a camt.053 document, with amounts in the smallest unit of a currency of so many places.
///
/// # Errors
/// [`BankError`]: the first thing that is not as a statement has it. [`BankError::Balance`] if entries are missing.
///
/// ```
/// use forebay_bank::{BankError, read_statements};
/// assert!(matches!(read_statements("<a/>", ("USD", 2)), Err(BankError::NotStatement(_))));
/// ```
pub fn read_statements(text: &str, (currency, decimals): (&str, u8)) -> Result<Vec<Statement>, BankError> {
    let document: Document =
        quick_xml::de::from_str(text).map_err(|error| BankError::NotStatement(error.to_string()))?;
    let read = |stmt: &Stmt| Reader { currency, decimals, statement: &stmt.id }.statement(stmt);
    document.report.statements.iter().map(read).collect()
}

impl Reader<'_> {
    fn statement(&self, stmt: &Stmt) -> Result<Statement, BankError> {
        let (booked, waiting): (Vec<&Ntry>, Vec<&Ntry>) =
            stmt.entries.iter().partition(|entry| is_booked(entry));
        let entries = booked.into_iter().map(|entry| self.entries(entry)).collect::<Result<Vec<_>, _>>()?;
        let statement = Statement {
            id: stmt.id.clone(),
            account: stmt.account.id.number().ok_or_else(|| self.missing("account number"))?,
            opening: self.balance(stmt, &["OPBD", "PRCD"])?,
            closing: self.balance(stmt, &["CLBD"])?,
            entries: entries.into_iter().flatten().collect(),
            pending: waiting.len(),
        };
        self.require_agreement(&statement)?;
        Ok(statement)
    }

    /// The opening balance and every entry make the closing balance.
    fn require_agreement(&self, statement: &Statement) -> Result<(), BankError> {
        let moved = statement.entries.iter().map(|entry| i128::from(entry.amount)).sum::<i128>();
        let made = i128::from(statement.opening).saturating_add(moved);
        if made == i128::from(statement.closing) {
            return Ok(());
        }
        let shown = |units: i128| Scaled::new(units, self.decimals).to_string();
        Err(BankError::Balance {
            statement: statement.id.clone(),
            made: shown(made),
            closing: shown(statement.closing.into()),
        })
    }

    fn balance(&self, stmt: &Stmt, codes: &[&str]) -> Result<i64, BankError> {
        let is = |balance: &&Bal, code: &str| balance.kind.code.code.as_deref() == Some(code);
        let found = codes.iter().find_map(|code| stmt.balances.iter().find(|balance| is(balance, code)));
        let found = found.ok_or_else(|| self.missing("opening or closing balance"))?;
        self.signed(&found.amount, &found.sign)
    }

    /// One entry, or each payment of a batch if they make the whole.
    fn entries(&self, ntry: &Ntry) -> Result<Vec<Entry>, BankError> {
        let whole = Entry {
            amount: self.signed(&ntry.amount, &ntry.sign)?,
            booked: self.day(ntry.booked.as_ref().or(ntry.valued.as_ref()))?,
            valued: self.day(ntry.valued.as_ref().or(ntry.booked.as_ref()))?,
            bank_reference: ntry.bank_reference.clone().or(ntry.reference.clone()).unwrap_or_default(),
            reversal: ntry.reversal,
            ..Entry::default()
        };
        let payments: Vec<&Transaction> =
            ntry.details.iter().flat_map(|details| &details.transactions).collect();
        let parts: Vec<Entry> =
            payments.iter().map(|payment| self.part(&whole, (ntry, payment))).collect::<Result<_, _>>()?;
        let sum = parts.iter().map(|part| i128::from(part.amount)).sum::<i128>();
        match parts.as_slice() {
            [one] => Ok(vec![Entry { amount: whole.amount, ..one.clone() }]),
            [_, _, ..] if sum == i128::from(whole.amount) => Ok(parts),
            _ => Ok(vec![whole]),
        }
    }

    fn part(&self, whole: &Entry, (ntry, payment): (&Ntry, &Transaction)) -> Result<Entry, BankError> {
        let stated = payment.amounts.as_ref().and_then(|amounts| amounts.transaction.as_ref());
        let stated = payment.amount.as_ref().or(stated.map(|stated| &stated.amount));
        let amount = stated.map_or(Ok(whole.amount), |amount| self.signed(amount, &ntry.sign))?;
        // Money that came in came from the debtor; money that went out went to the creditor.
        let came = (ntry.sign == "CRDT") != ntry.reversal;
        let parties = &payment.parties;
        let (party, account) = match came {
            true => (&parties.debtor, &parties.debtor_account),
            false => (&parties.creditor, &parties.creditor_account),
        };
        Ok(Entry {
            amount,
            references: references(payment),
            words: payment.remittance.words.join(" "),
            name: party.as_ref().and_then(|party| party.name()).cloned().unwrap_or_default(),
            account: account.as_ref().and_then(|account| account.id.number()).unwrap_or_default(),
            bank_reference: payment.references.bank.clone().unwrap_or_else(|| whole.bank_reference.clone()),
            ..whole.clone()
        })
    }

    fn signed(&self, amount: &Amt, sign: &str) -> Result<i64, BankError> {
        if amount.currency != self.currency {
            return Err(BankError::Currency {
                statement: self.statement.to_owned(),
                found: amount.currency.clone(),
                expected: self.currency.to_owned(),
            });
        }
        let text = amount.text.trim();
        let problem = |problem| BankError::Amount { place: self.place(), text: text.to_owned(), problem };
        let units = parse_scaled(text, self.decimals).map_err(problem)?;
        match sign {
            "CRDT" => Ok(units),
            "DBIT" => Ok(units.saturating_neg()),
            _ => Err(self.missing("sign, CRDT or DBIT")),
        }
    }

    fn day(&self, day: Option<&crate::camt::Day>) -> Result<Date, BankError> {
        let text = day.and_then(|day| day.day.as_ref().or(day.moment.as_ref()));
        let text = text.ok_or_else(|| self.missing("day of booking"))?;
        let wrong = || BankError::Day { place: self.place(), text: text.clone() };
        text.get(..10).ok_or_else(wrong)?.parse().map_err(|_| wrong())
    }

    fn place(&self) -> String {
        format!("statement {}", self.statement)
    }

    fn missing(&self, element: &'static str) -> BankError {
        BankError::Missing { place: self.place(), element }
    }
}

/// A status of BOOK, or none as in old exports.
fn is_booked(entry: &Ntry) -> bool {
    let Some(status) = &entry.status else { return true };
    status.code.as_ref().or(status.text.as_ref()).is_none_or(|status| status.trim() == "BOOK")
}

fn references(payment: &Transaction) -> Vec<String> {
    let structured = payment.remittance.structured.iter();
    let structured = structured.filter_map(|one| one.creditor.as_ref()?.reference.as_ref());
    let all = structured.chain(&payment.references.end_to_end);
    all.filter(|reference| *reference != NO_REFERENCE).cloned().collect()
}
