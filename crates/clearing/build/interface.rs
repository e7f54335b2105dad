//! What a contract says of itself, made short: the network limits a contract's size.

use soroban_spec::{read, shaking};
use std::error::Error;
use stellar_xdr::{
    Limits, ScSpecEntry, ScSpecEventParamV0, ScSpecEventV0, ScSpecUdtStructFieldV0, ScSpecUdtStructV0,
    WriteXdr,
};
use wasm_encoder::{CustomSection, Module, RawSection};
use wasmparser::{Parser, Payload};

const INTERFACE: &str = "contractspecv0";

/// Drops the types that no call uses, as the SDK marks them, and the sentences about fields: those about calls stay.
pub fn shortened(wasm: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::CustomSection(section) if section.name() == INTERFACE => {
                let data = interface(section.data(), wasm)?.into();
                module.section(&CustomSection { name: INTERFACE.into(), data });
            }
            other => {
                if let Some((id, range)) = other.as_section() {
                    let range = usize::try_from(range.start)?..usize::try_from(range.end)?;
                    module.section(&RawSection { id, data: wasm.get(range).unwrap_or_default() });
                }
            }
        }
    }
    Ok(module.finish())
}

fn interface(bytes: &[u8], wasm: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let (markers, entries) = (shaking::find_all(wasm), read::parse_raw(bytes)?);
    let mut kept = Vec::new();
    for entry in shaking::filter(entries, &markers) {
        kept.extend(terse(entry)?.to_xdr(Limits::none())?);
    }
    Ok(kept)
}

fn terse(entry: ScSpecEntry) -> Result<ScSpecEntry, Box<dyn Error>> {
    Ok(match entry {
        ScSpecEntry::UdtStructV0(one) => {
            let fields = one.fields.iter().cloned();
            let fields = fields.map(|field| ScSpecUdtStructFieldV0 { doc: Default::default(), ..field });
            let fields = fields.collect::<Vec<_>>().try_into()?;
            ScSpecEntry::UdtStructV0(ScSpecUdtStructV0 { doc: Default::default(), fields, ..one })
        }
        ScSpecEntry::EventV0(one) => {
            let params = one.params.iter().cloned();
            let params = params.map(|param| ScSpecEventParamV0 { doc: Default::default(), ..param });
            let params = params.collect::<Vec<_>>().try_into()?;
            ScSpecEntry::EventV0(ScSpecEventV0 { doc: Default::default(), params, ..one })
        }
        other => other,
    })
}
