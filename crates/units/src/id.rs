use core::fmt;

/// A stable name for an element of a deal: the same before and after an amendment that moves it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub u32);

impl Id {
    /// Derives the id of an element from its kind and name (32-bit FNV-1a of `kind:name`).
    ///
    /// The compiler of a deal refuses two elements with one id.
    ///
    /// ```
    /// use forebay_units::Id;
    /// assert_ne!(Id::of("note", "A"), Id::of("account", "A"));
    /// ```
    pub const fn of(kind: &str, name: &str) -> Self {
        let hash = absorb(0x811c_9dc5, kind.as_bytes());
        Self(absorb(absorb(hash, b":"), name.as_bytes()))
    }
}

const fn absorb(mut hash: u32, bytes: &[u8]) -> u32 {
    let mut rest = bytes;
    while let Some((&[byte], tail)) = rest.split_first_chunk::<1>() {
        #[allow(clippy::as_conversions)] // Widening; `From` is not yet callable in a `const fn`.
        let wide = byte as u32;
        hash = (hash ^ wide).wrapping_mul(0x0100_0193);
        rest = tail;
    }
    hash
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}
