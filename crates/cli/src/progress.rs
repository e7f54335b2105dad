//! A progress line, and Ctrl-C.

use indicatif::{ProgressBar, ProgressStyle};
use std::sync::atomic::{AtomicBool, Ordering};

static STOPPED: AtomicBool = AtomicBool::new(false);

/// Listens for Ctrl-C. Work stops at the next payment date, before anything is written.
pub fn listen() -> anyhow::Result<()> {
    let main = std::thread::current();
    ctrlc::set_handler(move || {
        if STOPPED.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
        main.unpark();
    })?;
    Ok(())
}

/// Returns true after Ctrl-C.
pub fn stopped() -> bool {
    STOPPED.load(Ordering::SeqCst)
}

/// Sleeps until Ctrl-C; for the thread that called [`listen`].
pub fn wait() {
    while !stopped() {
        std::thread::park();
    }
}

/// Ends after Ctrl-C; for a thread that does not sleep in [`wait`].
pub async fn stopping() {
    while !stopped() {
        tokio::time::sleep(LOOK).await;
    }
}

/// How often [`stopping`] looks.
const LOOK: std::time::Duration = std::time::Duration::from_millis(200);

/// Fails after Ctrl-C.
pub fn require_running() -> anyhow::Result<()> {
    if stopped() { anyhow::bail!("stopped") } else { Ok(()) }
}

/// A line on standard error that is gone when the work is done; nothing where there is no terminal.
pub struct Line(ProgressBar);

impl Line {
    pub fn new(what: &'static str) -> Self {
        // A bar of no length would be drawn full.
        let bar = ProgressBar::new(1);
        if let Ok(style) = ProgressStyle::with_template("{msg} {bar:40} {pos}/{len}") {
            bar.set_style(style);
        }
        bar.set_message(what);
        Self(bar)
    }

    pub fn show(&self, done: usize, of: usize) {
        self.0.set_length(u64::try_from(of).unwrap_or(u64::MAX));
        self.0.set_position(u64::try_from(done).unwrap_or(u64::MAX));
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
