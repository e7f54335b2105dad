//! Every entry point that changes anything, called by one of those who may, with what is apt more often than not.

use crate::base::*;
use crate::dice::Dice;
use crate::place::*;
use chain::Ledger;
use chain::value::{bytes, list, map, symbol};
use chain::xdr::ScVal;
use forebay_clearing::code::DEAL;
use sha2::{Digest, Sha256};
use units::Id;
use waterfall::Plan;
use waterfall::plan::Clock;

/// A call to be made.
pub struct Attempt {
    pub place: Place,
    pub signers: Vec<u8>,
    pub function: &'static str,
    pub args: Vec<ScVal>,
    /// Nobody has to sign it.
    pub open: bool,
}

/// An attempt, without the place: whose signatures, what, with what. Without signatures anyone may.
type Line = (Vec<u8>, &'static str, Vec<ScVal>);

/// The world as callers see it, and their luck.
pub struct Caller<'a> {
    pub world: &'a Whole,
    pub dice: &'a mut Dice,
}

impl Caller<'_> {
    fn below(&mut self, sides: u64) -> u64 {
        self.dice.below(sides)
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.dice.below(of.len() as u64)).unwrap()]
    }

    fn number(&mut self, sides: u64) -> u32 {
        u32::try_from(self.dice.below(sides)).unwrap()
    }

    /// Up to so many whole units, sometimes with an odd one.
    fn cash(&mut self, most: i64) -> i64 {
        let whole = i64::try_from(self.dice.below(u64::try_from(most).unwrap())).unwrap() + 1;
        whole * ONE + i64::try_from(self.dice.below(2)).unwrap()
    }

    fn now(&self) -> u64 {
        self.world.base.now().0
    }

    fn today(&self) -> i32 {
        i32::try_from(self.now() / DAY).unwrap()
    }

    /// About as often something of the place that the world is about as anything else.
    pub fn attempt(&mut self, focus: Place) -> Attempt {
        let place = match self.below(40) {
            20.. => focus,
            0..7 => Place::Deal,
            7..10 => Place::Note(self.one(&[0, 1, 2])),
            10..12 => Place::Offering,
            12..15 => Place::Title,
            15..18 => Place::Auction,
            18 => Place::Ballot,
            _ => Place::Compliance,
        };
        let (signers, function, args) = match place {
            Place::Auction => self.auction(),
            Place::Ballot => self.ballot(),
            Place::Compliance => self.compliance(),
            Place::Deal => self.deal(),
            Place::Note(at) => self.note(at),
            Place::Offering => self.offering(),
            Place::Title => self.title(),
        };
        let open = signers.is_empty();
        let signers = if open { vec![STRANGER] } else { signers };
        Attempt { place, signers, function, args, open }
    }

    fn deal(&mut self) -> Line {
        match self.below(30) {
            0..4 => self.receive(),
            4..8 => self.report(),
            8..11 => {
                let number = self.world.mirror.state.payment_number(&self.world.mirror.plan);
                (vec![], "pay", vec![ScVal::U32(u32::from(number.unwrap_or(0)) + 1)])
            }
            11 | 12 => self.draw(),
            13 => {
                let name = self.one(&[Id::of("receipt", "rent"), Id::of("input", "uptime")]);
                let delta = ScVal::I64(self.cash(100) - 50 * ONE);
                (vec![TRUSTEE], "restate", vec![ScVal::U32(name.0), delta])
            }
            14 => {
                let until = self.today() + i32::try_from(self.below(60)).unwrap();
                let trigger = ScVal::U32(Id::of("trigger", "low").0);
                (vec![TRUSTEE], "waive", vec![trigger, ScVal::I32(until)])
            }
            15 => {
                let state = self.one(&["enforcement", "closed", "paying"]);
                (vec![], "transition", vec![ScVal::U32(Id::of("state", state).0)])
            }
            16..19 => {
                let payees = [hardware(), Id::of("claim", "operator").0, Id::of("equity", "E").0];
                let notes = NOTES.map(|(name, _)| Id::of("note", name).0);
                let payee = if self.below(2) == 0 { self.one(&payees) } else { self.one(&notes) };
                (vec![], "withdraw", vec![ScVal::U32(payee)])
            }
            19..24 => self.collateral(),
            24..26 => self.parts(),
            26 => self.not_by_hand(),
            _ => self.guarded(),
        }
    }

    fn receive(&mut self) -> Line {
        let account = self.one(&["lockbox", "lockbox", "reserve"]);
        let rent = ScVal::U32(Id::of("receipt", "rent").0);
        let receipt = map(vec![
            ("account", ScVal::U32(Id::of("account", account).0)),
            ("amount", money(self.cash(90_000))),
            ("next_period", ScVal::Bool(self.below(4) == 0)),
            ("source", if self.below(3) == 0 { ScVal::Void } else { rent }),
        ]);
        (vec![DEBTOR], "receive", vec![who(DEBTOR), receipt.unwrap()])
    }

    fn report(&mut self) -> Line {
        let reporter = self.one(&REPORTERS);
        let value = 850_000_000 + i64::try_from(self.below(150_000_000)).unwrap();
        let day = self.today() - i32::try_from(self.below(3)).unwrap();
        (vec![reporter], "report", vec![who(reporter), uptime(), ScVal::I64(value), ScVal::I32(day)])
    }

    fn draw(&mut self) -> Line {
        let note = ScVal::U32(Id::of("note", "D").0);
        (vec![LENDER], "draw", vec![who(LENDER), note, money(self.cash(30_000))])
    }

    fn receipt(&mut self) -> u32 {
        1 + self.number(u64::from(RECEIPTS))
    }

    fn collateral(&mut self) -> Line {
        let (one, other) = (self.receipt(), self.receipt());
        match self.below(6) {
            0..3 => {
                let days = 1 + self.below(40);
                let until = ScVal::U64(self.now() + days * DAY);
                (vec![TRUSTEE, DEBTOR], "reserve", vec![who(DEBTOR), self.receipts(one), until])
            }
            3 => (vec![TRUSTEE], "release", vec![ids(&[one])]),
            _ => (vec![TRUSTEE], "substitute", vec![ScVal::U32(one), ScVal::U32(other)]),
        }
    }

    /// As many as the closing is against, or one.
    fn receipts(&mut self, one: u32) -> ScVal {
        let closed = self.world.mirror.state.payment_number(&self.world.mirror.plan).is_some();
        if !closed { ids(&(1..=PLEDGES).collect::<Vec<_>>()) } else { ids(&[one]) }
    }

    fn parts(&mut self) -> Line {
        let payee = ScVal::U32(hardware());
        match self.below(3) {
            0 => (vec![], "lapse_parts", vec![payee, ScVal::U32(Id::of("account", "lockbox").0)]),
            _ => (vec![TRUSTEE], "release_part", vec![payee, proof()]),
        }
    }

    /// What only the auction and the ballot may ask, tried by the trustee: always refused.
    fn not_by_hand(&mut self) -> Line {
        let note = ScVal::U32(Id::of("note", "A").0);
        let sale = map(vec![
            ("account", ScVal::U32(Id::of("account", "lockbox").0)),
            ("allocated", money(0)),
            ("amount", money(ONE)),
            ("last", ScVal::Bool(true)),
        ]);
        match self.below(6) {
            0 => (vec![TRUSTEE], "enforce", vec![ids(&[1])]),
            1 => (vec![TRUSTEE], "conclude", vec![ids(&[1]), who(TRUSTEE)]),
            2 => (vec![DEBTOR, TRUSTEE], "proceeds", vec![who(DEBTOR), sale.unwrap()]),
            3 => (vec![TRUSTEE], "surrender", vec![note, money(ONE)]),
            4 => (vec![TRUSTEE], "record_holders", vec![]),
            _ => {
                let (plan, hash) = self.plan();
                (vec![TRUSTEE], "amend", vec![plan, hash])
            }
        }
    }

    fn guarded(&mut self) -> Line {
        let code = bytes(&DEAL.hash()).unwrap();
        match self.below(7) {
            0 => (vec![PAUSER], "pause", vec![]),
            1 | 2 => (vec![TRUSTEE], "resume", vec![]),
            3 => (vec![TRUSTEE], "announce_upgrade", vec![code]),
            4 if self.below(4) == 0 => (vec![PAUSER], "cancel_upgrade", vec![]),
            _ => (vec![TRUSTEE], "upgrade", vec![code]),
        }
    }

    fn holder(&mut self) -> u8 {
        self.one(&HOLDERS)
    }

    /// Whoever bought most of a note, more often than not.
    fn holder_of(&mut self, at: usize) -> u8 {
        if self.below(3) == 0 { self.holder() } else { [SENIOR, ADA, LENDER][at] }
    }

    fn note(&mut self, at: usize) -> Line {
        let (from, to) = (self.holder_of(at), self.holder());
        let some = units(self.cash(200_000).into());
        let few = units(i128::from(self.number(1_000)));
        let spender = self.one(&[DEBTOR, ARRANGER]);
        match self.below(20) {
            0..5 => (vec![from], "transfer", vec![who(from), who(to), some]),
            5..9 => (vec![], "claim", vec![who(from)]),
            9..13 => (vec![], "collect", vec![]),
            13 | 14 => {
                let end = self.world.base.ledger.head().unwrap().sequence + 5_000;
                (vec![from], "approve", vec![who(from), who(spender), some, ScVal::U32(end)])
            }
            15 => (vec![spender], "transfer_from", vec![who(spender), who(from), who(to), few]),
            16 if self.below(3) == 0 => (vec![from], "burn", vec![who(from), few]),
            16 | 17 => (vec![spender], "burn_from", vec![who(spender), who(from), few]),
            _ if at == 0 => self.by_officer(from, to),
            _ => (vec![from], "transfer", vec![who(from), who(to), few]),
        }
    }

    fn by_officer(&mut self, from: u8, to: u8) -> Line {
        let amount = units(self.cash(1_000).into());
        match self.below(5) {
            0 => {
                let amount = if self.below(2) == 0 { ScVal::Void } else { amount };
                (vec![OFFICER], "freeze", vec![who(from), amount])
            }
            1 | 2 => (vec![OFFICER], "unfreeze", vec![who(from)]),
            3 => (vec![OFFICER], "force", vec![who(from), who(to), amount, proof()]),
            _ => (vec![OFFICER], "recover", vec![who(from), who(self.one(&WALLETS))]),
        }
    }

    /// What the raise waits for, more often than not.
    fn offering(&mut self) -> Line {
        let (at, luck) = (self.one(&[0, 1]), self.below(20));
        let holder = if self.below(3) == 0 { self.one(&INVESTORS) } else { INVESTORS[at] };
        let position = vec![who(holder), self.world.at(Place::Note(at))];
        let raise = Fields::of(&self.world.ask(Place::Offering, "raise", vec![]).unwrap());
        match (raise.number("state"), luck) {
            (0, 0..10) => (vec![ARRANGER], "open", vec![]),
            (1, 0..10) => {
                let whole = NOTES[at].1;
                let amount = if self.below(4) > 0 { whole } else { whole / 4 };
                (vec![holder], "commit", [position, vec![money(amount)]].concat())
            }
            (2, 0..10) => (vec![ARRANGER], "close", vec![]),
            (_, 10 | 11) => (vec![holder], "withdraw", position),
            (_, 12..14) => (vec![], "fund", vec![]),
            (_, 14) if self.below(8) == 0 => (vec![ARRANGER], "fail", vec![]),
            (_, 14..16) => (vec![], "expire", vec![]),
            (_, 16..18) => (vec![], "settle", position),
            (3, _) => (vec![], "settle", position),
            _ => (vec![], "refund", position),
        }
    }

    fn title(&mut self) -> Line {
        let count = u64::try_from(self.world.seen.machines.len()).unwrap();
        let spare = PLEDGES + 1 + self.number(u64::from(u32::from(RECEIPTS) - PLEDGES));
        let id = if self.below(2) == 0 { spare } else { 1 + self.number(count + 1) };
        let (owner, to) = (self.one(&[DEBTOR, BEN, DEBTOR]), self.one(&[DEBTOR, BEN]));
        match self.below(24) {
            0 | 1 => self.draft(count),
            2 => (vec![REGISTRY], "enlist", vec![ScVal::U32(id), self.machines()]),
            3 | 4 => (vec![REGISTRY], "issue", vec![ScVal::U32(id)]),
            5 if self.below(3) == 0 => (vec![REGISTRY], "discard", vec![ScVal::U32(id)]),
            5..7 => {
                let expiry = ScVal::U64(self.now() + (100 + self.below(500)) * DAY);
                let policy = map(vec![("amount", money(ONE)), ("expiry", expiry)]).unwrap();
                (vec![REGISTRY], "insure", vec![ScVal::U32(id), policy])
            }
            7 => {
                let method = symbol("market").unwrap();
                let value = money(self.cash(400_000));
                let appraisal =
                    map(vec![("method", method), ("on", ScVal::U64(self.now())), ("value", value)]);
                (vec![REGISTRY], "appraise", vec![ScVal::U32(id), appraisal.unwrap()])
            }
            8 => (vec![owner], "file", vec![ScVal::U32(id), who(owner), symbol("deed").unwrap(), proof()]),
            9 => {
                let role = ScVal::U32(self.number(3));
                (vec![owner, REGISTRY], "replace", vec![ScVal::U32(id), role, who(REGISTRY)])
            }
            10 => (vec![owner], "transfer", vec![who(owner), who(to), ScVal::U32(id)]),
            11 if self.below(4) == 0 => (vec![owner], "redeem", vec![ScVal::U32(id), who(owner)]),
            11 | 12 => self.role(),
            _ => self.other_deal(id),
        }
    }

    fn draft(&mut self, count: u64) -> Line {
        let parties =
            map(["appraiser", "bailee", "insurer"].map(|role| (role, who(REGISTRY))).to_vec()).unwrap();
        if count > 16 {
            return (vec![], "draft", vec![who(BEN), machine(1), parties]);
        }
        let number = 1 + self.number(12);
        match self.below(2) {
            0 => (vec![BEN], "draft", vec![who(BEN), machine(number), parties]),
            _ => {
                let both = [vec![0; 32], [number.to_le_bytes()[0]; 32].to_vec()].concat();
                let root = bytes(&Sha256::digest(both)).unwrap();
                (vec![BEN], "draft_bundle", vec![who(BEN), root, parties])
            }
        }
    }

    fn machines(&mut self) -> ScVal {
        list(vec![machine(1 + self.number(12))]).unwrap()
    }

    fn role(&mut self) -> Line {
        let (role, party) = (ScVal::U32(self.number(3)), self.one(&[REGISTRY, ADA]));
        match self.below(4) {
            0 => (vec![ADA], "resign", vec![role, who(ADA)]),
            1 => (vec![REGISTRY], "name", vec![role, who(ADA), ScVal::Bool(false)]),
            _ => (vec![REGISTRY], "name", vec![role, who(party), ScVal::Bool(true)]),
        }
    }

    /// A deal that is an account keeps machines, of its own or of a party's who signs.
    fn other_deal(&mut self, id: u32) -> Line {
        let (deal, of) = (who(BEN), ids(&[id]));
        match self.below(14) {
            0..5 => {
                let owner = self.one(&[BEN, DEBTOR]);
                let until = ScVal::U64((self.now() / DAY + 1 + self.below(20)) * DAY);
                let signers = if owner == BEN { vec![BEN] } else { vec![BEN, owner] };
                (signers, "reserve", vec![deal, who(owner), of, until])
            }
            5 => (vec![BEN], "cancel", vec![deal, of]),
            6 => (vec![BEN], "pledge_all", vec![deal, ScVal::U32(1)]),
            7 | 8 => (vec![BEN], "pledge", vec![deal, of]),
            9 => (vec![BEN], "release", vec![deal, of]),
            10 => {
                let other = 1 + self.number(u64::from(id) + 3);
                (vec![BEN], "substitute", vec![deal, ScVal::U32(id), ScVal::U32(other)])
            }
            11 => (vec![BEN], "enforce", vec![deal, of]),
            _ => (vec![BEN], "conclude", vec![deal, of, who(BEN)]),
        }
    }

    fn auction(&mut self) -> Line {
        let lot = 1 + self.number(4) / 3;
        let bidder = self.one(&[ADA, BEN, SENIOR, SENIOR]);
        match self.below(24) {
            0 => (vec![TRUSTEE], "miss", vec![ScVal::U64(self.world.base.due()), proof()]),
            1..4 => (vec![TRUSTEE], "advance", vec![proof()]),
            4 if self.below(4) == 0 => (vec![TRUSTEE], "stay", vec![proof()]),
            4..7 => (vec![TRUSTEE], "lift", vec![proof()]),
            7 => self.way_out(),
            8 => (vec![TRUSTEE], "list", vec![ids(&[self.receipt()]), money(0)]),
            9..14 => {
                let asked = self.world.base.asked_now(lot).unwrap_or(500_000 * ONE);
                let price = asked / 100 * i64::from(98 + self.number(12));
                let credit = if bidder == SENIOR && self.below(4) > 0 { price / 2 } else { 0 };
                (vec![bidder], "bid", vec![who(bidder), ScVal::U32(lot), offer(price, credit, price / 8)])
            }
            14 => (vec![], "hammer", vec![ScVal::U32(lot)]),
            15..18 => (vec![bidder], "settle", vec![ScVal::U32(lot)]),
            18 => (vec![], "lapse", vec![ScVal::U32(lot)]),
            19 if self.below(6) == 0 => {
                (vec![TRUSTEE], "announce_cut", vec![ScVal::U32(lot), money(100_000 * ONE)])
            }
            19 | 20 => (vec![], "refund", vec![ScVal::U32(lot), ScVal::U32(1 + self.number(4))]),
            21 | 22 => (vec![TRUSTEE], "cut", vec![ScVal::U32(lot), money(100_000 * ONE)]),
            _ => (vec![], "withdraw", vec![ScVal::U32(lot)]),
        }
    }

    /// The whole of what is owed, or a unit less.
    fn way_out(&mut self) -> Line {
        let (function, says) = self.one(&[("cure", "arrears"), ("redeem", "redemption")]);
        let less = i64::from(self.below(2) == 0);
        let owed = self.world.ask(Place::Deal, says, vec![]);
        let owed = owed.map_or(0, |owed| chain::value::amount_of(&owed).unwrap());
        (vec![DEBTOR], function, vec![who(DEBTOR), money(i64::try_from(owed).unwrap() - less)])
    }

    /// The plan with another grace.
    fn plan(&mut self) -> (ScVal, ScVal) {
        let plan = &self.world.mirror.plan;
        let grace_days = 3 + u16::try_from(self.dice.below(6)).unwrap();
        let encoded = Plan { grace_days, ..plan.clone() }.to_bytes();
        (bytes(&encoded).unwrap(), bytes(&Sha256::digest(&encoded)).unwrap())
    }

    fn ballot(&mut self) -> Line {
        match self.below(8) {
            0 | 1 => {
                let end = self.now() + (1 + self.below(90)) * DAY;
                let (plan, hash) = self.plan();
                (vec![TRUSTEE, ARRANGER], "propose", vec![plan, hash, ScVal::U64(end)])
            }
            2..6 => {
                let at = self.one(&[0, 1, 2]);
                let note = ScVal::U32(Id::of("note", NOTES[at].0).0);
                let holder = self.holder_of(at);
                let consents = ScVal::Bool(self.below(5) > 0);
                (vec![holder], "vote", vec![who(holder), note, consents])
            }
            6 => (vec![], "enact", vec![]),
            _ => (vec![], "dismiss", vec![]),
        }
    }

    fn compliance(&mut self) -> Line {
        let (wallet, other) = (self.holder_of(0), self.one(&WALLETS));
        match self.below(8) {
            0..4 => {
                let until = self.now() + (1 + self.below(300)) * DAY;
                (vec![OFFICER], "admit", vec![who(wallet), admission(wallet, until)])
            }
            4 | 5 => {
                let (until, party) = (self.now() + 300 * DAY, wallet);
                (vec![OFFICER], "admit", vec![who(other), admission(party, until)])
            }
            6 => (vec![OFFICER], "revoke", vec![who(wallet)]),
            _ => (vec![OFFICER], "recover", vec![who(wallet), who(other)]),
        }
    }
}

fn machine(number: u32) -> ScVal {
    bytes(&[number.to_le_bytes()[0]; 32]).unwrap()
}

/// The number of the deal's payment date that comes next, and when it may be paid.
pub fn next_payment(world: &Whole) -> Option<u64> {
    let mirror = &world.mirror;
    let number = mirror.state.payment_number(&mirror.plan).map_or(0, |number| number + 1);
    let [state] = mirror.state.read(mirror.plan.layout.clock(Clock::State));
    let ended =
        mirror.plan.states.get(usize::try_from(state).unwrap()).is_none_or(|state| state.waterfall.is_none());
    let period = mirror.plan.periods.get(usize::from(number)).filter(|_| !ended)?;
    u64::try_from(period.payment.days()).ok().map(|days| days * DAY)
}
