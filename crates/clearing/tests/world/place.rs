//! The parties and contracts of a deal that raises its money, has notes with and without rules, and can be amended.

use crate::base::*;
use crate::laws::Seen;
use crate::mirror::Mirror;
use chain::value::{
    Invocation, address, amount, amount_of, bytes, contract, created_contract, list, map, text,
};
use chain::xdr::{ContractId, ScVal};
use chain::{ChainError, Ledger};
use forebay_clearing::Office;
use forebay_clearing::code::{BALLOT, COMPLIANCE, NOTE, OFFERING};
use settle::enforcement::Stage;
use std::collections::BTreeMap;
use units::Id;

pub const REPORTERS: [u8; 2] = [13, 14];
pub const PAUSER: u8 = 15;
/// Admits holders, and is the officer of a note with rules.
pub const OFFICER: u8 = LAST;

pub const RECEIPTS: u8 = 6;
/// Receipts of the debtor that the closing is against; the others may take a place.
pub const PLEDGES: u32 = 4;
pub const GERMANY: u32 = 276;
/// What the notes raise: whole, or not at all.
pub const RAISED: i64 = 1_200_000 * ONE;
/// Every note, in the plan's order; the last is lent over time.
pub const NOTES: [(&str, i64); 3] = [("A", 800_000 * ONE), ("B", 400_000 * ONE), ("D", 100_000 * ONE)];
/// Notes that the raise sells.
pub const SOLD: usize = 2;
pub const INVESTORS: [u8; 3] = [SENIOR, ADA, BEN];
/// Everybody who may come to hold a note.
pub const HOLDERS: [u8; 7] = [SENIOR, ADA, BEN, LENDER, HOLDER_B, WALLETS[0], WALLETS[1]];
/// Those of them whom nobody has admitted yet: wallets that may take the place of others.
pub const WALLETS: [u8; 2] = [HOLDER_A, REGISTRY];

const SHEET: &str = r#"
deal "At random"
currency USDC, 7 decimals
closing 2026-01-15
payments monthly on 15, unadjusted, from 2026-02-15, determined 3 days before, grace 5 days
final 2026-12-15
receive rent into lockbox
observe uptime rate, 2 reporters, quorum 2, stale after 40 days, then last less 10%
account lockbox
account reserve funded 5_000, target 30_000, covers A.interest
note A 800_000 coupon 12%, 30/360
note B 400_000 coupon 18%, 30/360, may defer
note D 100_000 coupon 10%, 30/360, draws until 2026-10-15, at most 6, each over 2 payments, to hardware
equity E 200_000
payee hardware
payee operator
uses hardware 1_394_000, reserve, rest lockbox
expense trustee 1_000
let repaid = A is zero and B is zero and D is zero
trigger low when uptime < 90%: A.coupon + 1%
permit sale when state(enforcement)
permit draw when not low
state paying
state enforcement when A.interest is unpaid for 10 days and lockbox.balance < A.interest.unpaid from paying
state closed when settled and sold and lockbox.balance + reserve.balance = 0
    or settled and matured and repaid from paying, enforcement
waterfall paying from lockbox, then reserve
  while matured: release reserve
  pay trustee
  pay A.interest, A.scheduled, B.interest, B.scheduled, D.interest, D.scheduled
  fill reserve
  pay E
waterfall enforcement from lockbox, reserve
  pay trustee, A.interest, A.principal, B.interest, B.principal, D.interest, D.principal
  pay operator
"#;

/// A contract of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Auction,
    Ballot,
    Compliance,
    Deal,
    Note(usize),
    Offering,
    Title,
}

impl Place {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auction => "auction",
            Self::Ballot => "ballot",
            Self::Compliance => "compliance",
            Self::Deal => "deal",
            Self::Note(_) => "note",
            Self::Offering => "offering",
            Self::Title => "title",
        }
    }
}

pub struct Whole {
    pub base: World,
    pub notes: [ContractId; 3],
    pub offering: ContractId,
    pub ballot: ContractId,
    pub registry: ContractId,
    pub mirror: Mirror,
    pub seen: Seen,
}

/// A day before the closing by so much the raise begins.
const BEFORE: u64 = 10 * DAY;

impl Whole {
    /// A raise that its arranger has not opened; the machines are in custody.
    pub fn drafted() -> Self {
        Self::drafted_in(Cash::Real)
    }

    pub fn drafted_in(cash: Cash) -> Self {
        let base = World::founded(Founding { sheet: SHEET, before: BEFORE, cash }, installation);
        let [a, b, d, offering, ballot, registry] = PLACES.map(|salt| placed(&base, salt));
        let mirror = Mirror::new(&base.plan);
        let mut world =
            Self { base, notes: [a, b, d], offering, ballot, registry, mirror, seen: Seen::default() };
        world.create_rest();
        world.base.take_in(RECEIPTS);
        world.seen.machines = (1..=RECEIPTS.into()).map(|id| (id, id)).collect();
        world
    }

    /// The raise is open, the receipts are reserved, and what the closing has to know is reported.
    pub fn raising() -> Self {
        let mut world = Self::drafted();
        world.must(Place::Offering, (&[ARRANGER], "open", vec![]));
        let pledged: Vec<u32> = (1..=PLEDGES).collect();
        let until = ScVal::U64(world.base.start + DAY);
        world.must(Place::Deal, (&[TRUSTEE, DEBTOR], "reserve", vec![who(DEBTOR), ids(&pledged), until]));
        for reporter in REPORTERS {
            let day = i32::try_from(world.base.start / DAY).unwrap() - 4;
            let args = vec![who(reporter), uptime(), ScVal::I64(980_000_000), ScVal::I32(day)];
            world.must(Place::Deal, (&[reporter], "report", args));
        }
        world
    }

    /// The deal has closed against its receipts, with the investors' money.
    pub fn closed() -> Self {
        let mut world = Self::raising();
        for (note, (_, units)) in NOTES.iter().enumerate().take(SOLD) {
            let args = vec![who(INVESTORS[note]), world.at(Place::Note(note)), money(*units)];
            world.must(Place::Offering, (&[INVESTORS[note]], "commit", args));
        }
        world.base.wait(BEFORE);
        world.must(Place::Offering, (&[STRANGER], "fund", vec![]));
        world.must(Place::Offering, (&[ARRANGER], "close", vec![]));
        for (note, investor) in INVESTORS.into_iter().enumerate().take(SOLD) {
            let args = vec![who(investor), world.at(Place::Note(note))];
            world.must(Place::Offering, (&[STRANGER], "settle", args));
        }
        world
    }

    /// Nobody has paid rent or reported, and grace is over.
    pub fn unpaid() -> Self {
        let mut world = Self::closed();
        world.base.wait(37 * DAY);
        world.must(Place::Deal, (&[STRANGER], "pay", vec![ScVal::U32(1)]));
        world
    }

    /// The trustee has noted the missed payment.
    pub fn late() -> Self {
        let mut world = Self::unpaid();
        let due = ScVal::U64(world.base.due());
        world.must(Place::Auction, (&[TRUSTEE], "miss", vec![due, proof()]));
        world
    }

    /// Nobody wanted a lot, and its reserve is about to be cut.
    pub fn unsold() -> Self {
        let mut world = Self::on_offer();
        let cut = vec![ScVal::U32(1), money(100_000 * ONE)];
        world.must(Place::Auction, (&[TRUSTEE], "announce_cut", cut));
        world.base.wait(73 * HOUR);
        world
    }

    /// A winner has not paid in time.
    pub fn unpaid_for() -> Self {
        let mut world = Self::on_offer();
        let bid = vec![who(ADA), ScVal::U32(1), cash(world.base.asked(1))];
        world.must(Place::Auction, (&[ADA], "bid", bid));
        world.base.wait(24 * HOUR);
        world.must(Place::Auction, (&[STRANGER], "hammer", vec![ScVal::U32(1)]));
        world.base.wait(73 * HOUR);
        world
    }

    /// Machines are on offer, and some are not yet.
    pub fn on_offer() -> Self {
        let mut world = Self::late();
        while world.base.case().stage < Stage::Auction {
            world.base.ripen();
            world.must(Place::Auction, (&[TRUSTEE], "advance", vec![proof()]));
            if world.base.case().stage == Stage::Notice {
                let enforcement = ScVal::U32(Id::of("state", "enforcement").0);
                world.must(Place::Deal, (&[STRANGER], "transition", vec![enforcement]));
            }
        }
        world.must(Place::Auction, (&[TRUSTEE], "list", vec![ids(&[1, 2]), money(0)]));
        world
    }

    fn create_rest(&mut self) {
        let officers = map(vec![("compliance", who(OFFICER)), ("recovery", who(OFFICER))]).unwrap();
        self.base.create(PLACES[5], COMPLIANCE, vec![officers]);
        let offering = address(contract(self.offering.clone()));
        let admitted = HOLDERS.into_iter().filter(|holder| !WALLETS.contains(holder));
        let wallets = admitted.map(|holder| (who(holder), holder)).chain([(offering.clone(), 99)]);
        for (wallet, party) in wallets {
            let until = self.base.start + 400 * DAY;
            self.must(Place::Compliance, (&[OFFICER], "admit", vec![wallet, admission(party, until)]));
        }
        for (at, (name, units)) in NOTES.iter().enumerate() {
            let holder = if at < SOLD { offering.clone() } else { who(LENDER) };
            let args = vec![self.note_terms(at, name), holder, money(*units)];
            self.base.create(PLACES[at], NOTE, args);
        }
        let terms = self.raise_terms();
        self.base.create(PLACES[3], OFFERING, vec![terms]);
        let terms = map(vec![
            ("consent_bps", ScVal::U32(6_667)),
            ("deal", address(contract(self.base.deal.clone()))),
            ("trustee", who(TRUSTEE)),
        ]);
        self.base.create(PLACES[4], BALLOT, vec![terms.unwrap()]);
    }

    fn note_terms(&self, at: usize, name: &str) -> ScVal {
        let registry = address(contract(self.registry.clone()));
        let countries = list(vec![ScVal::U32(GERMANY)]).unwrap();
        let rules = vec![("countries", countries), ("officer", who(OFFICER)), ("registry", registry)];
        let rules = if at == 0 { map(rules).unwrap() } else { ScVal::Void };
        let terms = vec![
            ("compliance", rules),
            ("currency", address(contract(self.base.cash.clone()))),
            ("deal", address(contract(self.base.deal.clone()))),
            ("decimals", ScVal::U32(7)),
            ("name", text(name).unwrap()),
            ("note", ScVal::U32(Id::of("note", name).0)),
            ("symbol", text(name).unwrap()),
        ];
        map(terms).unwrap()
    }

    fn raise_terms(&self) -> ScVal {
        let offered = NOTES.iter().enumerate().take(SOLD).map(|(at, (_, units))| {
            map(vec![("cap", money(*units)), ("minimum", money(*units)), ("note", self.at(Place::Note(at)))])
                .unwrap()
        });
        let fields = vec![
            ("arranger", who(ARRANGER)),
            ("closing_end", ScVal::U64(self.base.start + 20 * DAY)),
            ("currency", address(contract(self.base.cash.clone()))),
            ("currency_unit", money(ONE)),
            ("deadline", ScVal::U64(self.base.start)),
            ("deal", address(contract(self.base.deal.clone()))),
            ("fee_bps", ScVal::U32(0)),
            ("fee_to", who(ARRANGER)),
            ("maximum", money(RAISED)),
            ("minimum", money(RAISED)),
            ("notes", list(offered.collect()).unwrap()),
        ];
        map(fields).unwrap()
    }

    pub fn id(&self, place: Place) -> ContractId {
        match place {
            Place::Auction => &self.base.auction,
            Place::Ballot => &self.ballot,
            Place::Compliance => &self.registry,
            Place::Deal => &self.base.deal,
            Place::Note(at) => &self.notes[at],
            Place::Offering => &self.offering,
            Place::Title => &self.base.title,
        }
        .clone()
    }

    pub fn at(&self, place: Place) -> ScVal {
        address(contract(self.id(place)))
    }

    /// What a contract answers, or nothing if it refuses.
    pub fn ask(&self, place: Place, function: &'static str, args: Vec<ScVal>) -> Option<ScVal> {
        let of = self.id(place);
        match self.base.ledger.view(Invocation { contract: &of, function, args }) {
            Ok(found) => Some(found),
            Err(ChainError::Contract { .. }) => None,
            Err(other) => panic!("{function}: {other}"),
        }
    }

    pub fn number(&self, place: Place, function: &'static str, args: Vec<ScVal>) -> i128 {
        amount_of(&self.ask(place, function, args).unwrap()).unwrap()
    }

    fn must(&mut self, place: Place, call: Call<'_>) {
        let function = call.1;
        let outcome = self.call(place, call);
        assert!(outcome.is_ok(), "{function}: {outcome:?}");
    }

    /// Calls a contract, with the laws looked at; a refusal is its number.
    pub fn call(&mut self, place: Place, call: Call<'_>) -> Result<ScVal, u32> {
        let function = call.1;
        self.base.told.clear();
        let outcome = match place {
            Place::Auction => self.base.call(call),
            other => {
                let to = self.id(other);
                self.base.send(to, call)
            }
        };
        match &outcome {
            Ok(_) => self.hold(place, function),
            Err(code) => self.refused(function, *code),
        }
        outcome
    }
}

/// Salts of the notes, the offering, the ballot and the registry of holders.
const PLACES: [u8; 6] = [4, 5, 6, 7, 8, 9];

fn placed(base: &World, salt: u8) -> ContractId {
    created_contract(base.ledger.network(), &key(ARRANGER).account(), [salt; 32]).unwrap()
}

/// The auction enforces, the ballot amends, the machines are paid for in two parts.
fn installation(base: &World) -> ScVal {
    let notes = NOTES.iter().zip(PLACES);
    let notes =
        notes.map(|((name, _), salt)| (Id::of("note", name).0, address(contract(placed(base, salt)))));
    let claims = base.plan.claims.iter().filter(|claim| claim.kind.note().is_none());
    let others = claims.map(|claim| (claim.id.0, who(DEBTOR)));
    let vendor = std::iter::once((hardware(), who(HOLDER_A)));
    let equities = base.plan.equities.iter().map(|equity| (equity.id.0, who(ARRANGER)));
    let payees = notes.chain(others).chain(vendor).chain(equities).collect();
    let inputs = base.plan.inputs.iter();
    let reporters = inputs.map(|input| (input.id.0, list(REPORTERS.map(who).to_vec()).unwrap()));
    let end = base.start + 60 * DAY;
    let office = Office {
        agent: contract(base.auction.clone()),
        ballot: Some(contract(placed(base, PLACES[4]))),
        collateral: Some((contract(base.title.clone()), PLEDGES)),
        milestones: vec![(hardware(), vec![6_000, 4_000], end)],
        pauser: key(PAUSER).address(),
        ..Office::held_by(key(TRUSTEE).address())
    };
    base.installed(&office, payees, reporters.collect::<BTreeMap<_, _>>())
}

/// Whom draws and the closing pay for machines.
pub fn hardware() -> u32 {
    Id::of("claim", "hardware").0
}

pub fn uptime() -> ScVal {
    ScVal::U32(Id::of("input", "uptime").0)
}

pub fn admission(party: u8, until: u64) -> ScVal {
    let fields = vec![
        ("country", ScVal::U32(GERMANY)),
        ("identity", bytes(&[party; 32]).unwrap()),
        ("until", ScVal::U64(until)),
    ];
    map(fields).unwrap()
}

pub fn units(units: i128) -> ScVal {
    amount(units)
}
