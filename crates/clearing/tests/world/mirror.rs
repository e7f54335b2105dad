//! The deal lived again by the core beside the contract: CH-1, WF-1, WF-3 and WF-7 at every event.

use chain::xdr::{ContractEvent, ContractEventBody, ScVal};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use waterfall::{Event, Journal, Plan, State, amend, amendment_to_bytes, apply, invariants, journal_bytes};

pub struct Mirror {
    pub plan: Plan,
    pub state: State<1>,
    pub events: u32,
    pub hash: [u8; 32],
    /// How often what happened.
    pub lived: BTreeMap<String, u32>,
}

impl Mirror {
    pub fn new(plan: &Plan) -> Self {
        let hash = Sha256::digest(plan.to_bytes()).into();
        Self { plan: plan.clone(), state: State::new(plan), events: 0, hash, lived: BTreeMap::new() }
    }

    /// Lives what the deal has told; `next` is the plan that it is under now.
    pub fn live(&mut self, told: &[ContractEvent], next: impl Fn() -> Plan) {
        for (name, data) in told.iter().filter_map(posted) {
            match name.as_str() {
                "posted" => self.step(&data),
                "amended" => {
                    let plan = next();
                    self.state = amend(&self.plan, &self.state, &plan).expect("CH-1: the contract amended");
                    self.plan = plan;
                }
                _ => {}
            }
        }
    }

    fn step(&mut self, data: &[Vec<u8>]) {
        let [event, postings] = data else { panic!("posted: {data:?}") };
        let mut journal = Journal::new();
        let own = if let Ok(known) = Event::from_bytes(event) {
            let applied = apply(&self.plan, &mut self.state, &known, &mut journal);
            applied.unwrap_or_else(|error| panic!("CH-1: the contract took {known:?}: {error:?}"));
            *self.lived.entry(name_of(&known)).or_default() += 1;
            known.to_bytes()
        } else {
            // The plan has changed already: the deal tells the one that ended first.
            amendment_to_bytes(Sha256::digest(self.plan.to_bytes()).into())
        };
        assert_eq!(&own, event, "CH-1: the event");
        assert_eq!(&journal_bytes(&journal), postings, "CH-1: the postings of {event:?}");
        assert!(invariants::wf1_cash_conserved(&self.plan, &self.state), "WF-1");
        assert!(invariants::wf3_nothing_negative(&self.plan, &self.state), "WF-3");
        let explained = |note| invariants::wf7_principal_explained(&self.state, note);
        assert!(self.plan.notes.iter().all(explained), "WF-7");
        self.events += 1;
        let link = Sha256::new().chain_update(self.hash).chain_update(self.events.to_be_bytes());
        self.hash = link.chain_update(event).chain_update(postings).finalize().into();
    }
}

/// An event as the deal's entry point is called that applies it.
fn name_of(event: &Event<1>) -> String {
    let shown = format!("{event:?}");
    let name = shown.split([' ', '{']).next().unwrap_or_default().to_lowercase();
    format!("deal.{name}")
}

/// Name and bytes of what a contract told; only the deal tells these.
fn posted(event: &ContractEvent) -> Option<(String, Vec<Vec<u8>>)> {
    let ContractEventBody::V0(body) = &event.body;
    let [ScVal::Symbol(name), ScVal::U32(_)] = body.topics.as_slice() else { return None };
    let data = match &body.data {
        ScVal::Bytes(bytes) => vec![bytes.to_vec()],
        ScVal::Vec(Some(parts)) => {
            let part = |part: &ScVal| match part {
                ScVal::Bytes(bytes) => Some(bytes.to_vec()),
                _ => None,
            };
            parts.iter().map(part).collect::<Option<_>>()?
        }
        _ => return None,
    };
    Some((name.to_string(), data))
}
