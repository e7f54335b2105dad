use client::{Client, ClientError, Deal, StressQuestion};
use futures_util::StreamExt;
use futures_util::TryStreamExt;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolResult, ContentBlock, Implementation, ServerCapabilities, ServerConfig};
use rmcp::schemars::{self, JsonSchema};
use rmcp::{ServerHandler, tool, tool_handler, tool_router};
use serde::{Deserialize, Serialize};

use crate::verify::verify;

/// Most deals that are listed: more than a program can make sense of.
const DEALS_MAX: usize = 500;

/// A payment to be explained.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct WhichPayment {
    /// The deal's name, as `list_deals` gives it.
    pub deal: String,
    /// The payment date, such as 2026-11-20, or any day of the period that it pays.
    pub date: String,
    /// One step of the waterfall, in the term sheet's words, such as `pay A.interest`; all steps if not given.
    pub step: Option<String>,
}

/// Futures to be lived.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct WhichFutures {
    /// The deal's name, as `list_deals` gives it.
    pub deal: String,
    /// How many futures, 64 to 100,000; 10,000 if not given.
    pub paths: Option<u64>,
    /// Names the run: the same seed gives the same answer; 1 if not given.
    pub seed: Option<u64>,
}

/// A reading to be verified.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct WhichReading {
    /// The device's id: 32 hexadecimal digits.
    pub device: String,
    /// The reading's number: 1 for the device's first.
    pub sequence: u64,
}

/// The tools, over one node with one key.
#[derive(Clone, Debug)]
pub struct Tools {
    client: Client,
    tool_router: ToolRouter<Self>,
}

#[tool_router]
impl Tools {
    /// Asks through this client.
    pub fn new(client: Client) -> Self {
        Self { client, tool_router: Self::tool_router() }
    }

    #[tool(
        description = "List the deals on this node: name, title, state, currency and its decimals, next payment date. \
                       Amounts elsewhere are whole numbers of the currency's smallest unit.",
        annotations(read_only_hint = true, open_world_hint = false)
    )]
    async fn list_deals(&self) -> CallToolResult {
        let deals = self.client.deals().take(DEALS_MAX).try_collect::<Vec<Deal>>().await;
        told(deals.map(|deals| serde_json::json!({ "deals": deals })))
    }

    #[tool(
        description = "Explain why a payment date of a deal, or one step of its waterfall, paid what it paid: cash that was \
                       there, what was due, what was paid, what stayed short. The engine itself answers, in text.",
        annotations(read_only_hint = true, open_world_hint = false)
    )]
    async fn explain_payment(&self, Parameters(which): Parameters<WhichPayment>) -> CallToolResult {
        match self.client.explain(&which.deal, (&which.date, which.step.as_deref(), None)).await {
            Ok(explained) => CallToolResult::success(vec![ContentBlock::text(explained.text)]),
            Err(error) => refused(&error),
        }
    }

    #[tool(
        description = "Live a deal in random futures with the engine that pays: how often and how much each class loses, \
                       yields, first dollar of loss. Takes seconds to minutes; the node lives few of these at once.",
        annotations(read_only_hint = true, open_world_hint = false)
    )]
    async fn run_stress(&self, Parameters(which): Parameters<WhichFutures>) -> CallToolResult {
        let StressQuestion { paths, seed } = StressQuestion::default();
        let question =
            StressQuestion { paths: which.paths.unwrap_or(paths), seed: which.seed.unwrap_or(seed) };
        told(self.client.stress(&which.deal, &question).await)
    }

    #[tool(
        description = "Verify a machine's reading: that the device's key signed it and that it lies under the anchored \
                       Merkle root. Worked out here from the bytes; the node is not believed.",
        annotations(read_only_hint = true, open_world_hint = false)
    )]
    async fn verify_reading(&self, Parameters(which): Parameters<WhichReading>) -> CallToolResult {
        let registration = match self.client.registration(&which.device).await {
            Ok(registration) => registration,
            Err(error) => return refused(&error),
        };
        let proof = match self.client.reading_proof(&which.device, which.sequence).await {
            Ok(proof) => proof,
            Err(error) => return refused(&error),
        };
        match verify((&which.device, which.sequence), &registration, &proof) {
            Ok(verified) => told(Ok(verified)),
            Err(unproved) => {
                CallToolResult::error(vec![ContentBlock::text(format!("NOT PROVED: {unproved}"))])
            }
        }
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().build();
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("forebay", env!("CARGO_PKG_VERSION")))
            .with_instructions(
                "Reads deals that finance machines. Start with list_deals. Every number is the node's own; nothing here moves money.",
            )
    }
}

fn told<T: Serialize>(answer: Result<T, ClientError>) -> CallToolResult {
    let value = answer.and_then(|answer| {
        serde_json::to_value(answer).map_err(|error| ClientError::Form { problem: error.to_string() })
    });
    match value {
        Ok(value) => CallToolResult::structured(value),
        Err(error) => refused(&error),
    }
}

/// What the node refused is an answer that the program can read, not a failure of the protocol.
fn refused(error: &ClientError) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(error.to_string())])
}
