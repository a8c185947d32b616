//! What a bundle says: which connections, from whom, for whom, until when. The only file that turns a credential
//! into a bundle's bytes and back.

use bulla_core::{
    App, BaseUrl, ClientSecret, Connection, Credential, CredentialKind, Error, ErrorCode, Fingerprint, Label, Result, Stored,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io;
use zeroize::Zeroizing;

use crate::encoding::{from_base64, hex, is_hex, random, to_base64};
use crate::identity::FINGERPRINT_BYTES;
use crate::{Card, Identity};

/// How long a bundle can be opened unless somebody chooses otherwise.
pub const DEFAULT_LIFE: TimeDelta = TimeDelta::hours(24);

/// The longest life that can be chosen.
pub const MAX_LIFE: TimeDelta = TimeDelta::days(7);

/// A bundle's content.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The format, [`Manifest::VERSION`].
    pub version: u8,
    /// 128 random bits in hexadecimal; a receiver opens each only once.
    pub bundle_id: String,
    /// When it was sealed.
    pub created: DateTime<Utc>,
    /// After this moment it is refused.
    pub expires: DateTime<Utc>,
    /// Who signed it.
    pub sender: Fingerprint,
    /// Who alone may open it; inside the signature, so that it can't be passed on.
    pub recipient: Fingerprint,
    /// What it carries.
    pub connections: Vec<Sealed>,
    /// The apps those connections were consented to, each with what it proves itself with.
    pub apps: Vec<SealedApp>,
}

/// An app and its secret on their way: without them the receiver could not renew.
#[derive(Debug, Clone, PartialEq)]
pub struct SealedApp {
    /// The registration.
    pub app: App,
    /// Its secret; public clients have none.
    pub secret: Option<ClientSecret>,
}

/// A connection and its credential on their way.
#[derive(Debug, Clone, PartialEq)]
pub struct Sealed {
    /// The facts.
    pub connection: Connection,
    /// The tokens, of the same version as the connection.
    pub stored: Stored,
}

/// Whether the sender may go on using what it sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passing {
    /// The receiver alone may refresh from now on: single-use tokens.
    Transfer,
    /// Both may use it: keys that never renew, and refresh tokens that last.
    Copy,
}

impl Sealed {
    /// How a credential of this kind is passed. There is no choice: a single-use token is never copied.
    #[must_use]
    pub fn passing(&self) -> Passing {
        match self.stored.credential {
            Credential::Rotating { .. } => Passing::Transfer,
            Credential::Reusable { .. } | Credential::Static { .. } => Passing::Copy,
        }
    }
}

impl Manifest {
    /// The format written and understood here.
    pub const VERSION: u8 = 1;

    /// A manifest with a new id.
    pub fn new(
        sender: &Identity,
        recipient: &Card,
        created: DateTime<Utc>,
        life: TimeDelta,
        connections: Vec<Sealed>,
    ) -> Result<Self> {
        Ok(Self {
            version: Self::VERSION,
            bundle_id: Self::new_id()?,
            created,
            expires: created + life,
            sender: sender.fingerprint(),
            recipient: recipient.fingerprint(),
            connections,
            apps: Vec::new(),
        })
    }

    /// With the apps its connections were consented to.
    #[must_use]
    pub fn with_apps(self, apps: Vec<SealedApp>) -> Self {
        Self { apps, ..self }
    }

    /// A new random bundle id.
    pub fn new_id() -> Result<String> {
        Ok(hex(&random::<ID_BYTES>()?))
    }

    /// Whether what it says fits together; the text is for a detail line and names no content.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        if self.version != Self::VERSION {
            return Err("its version is another");
        }
        if !is_bundle_id(&self.bundle_id) {
            return Err("its id isn't 128 bits of hexadecimal");
        }
        if self.expires <= self.created || self.expires.signed_duration_since(self.created) > MAX_LIFE {
            return Err("its life isn't between nothing and seven days");
        }
        let mut seen = BTreeSet::new();
        if !self.connections.iter().all(|sealed| seen.insert(sealed.connection.id)) {
            return Err("a connection is in it twice");
        }
        let mut apps = BTreeSet::new();
        if !self.apps.iter().all(|sealed| apps.insert(sealed.app.id)) {
            return Err("an app is in it twice");
        }
        let needed: BTreeSet<_> = self.connections.iter().filter_map(|sealed| sealed.connection.app).collect();
        if apps != needed {
            return Err("its apps aren't those of its connections");
        }
        self.apps.iter().try_for_each(SealedApp::check)?;
        self.connections.iter().try_for_each(Sealed::check)
    }

    /// The JSON that is signed.
    pub(crate) fn to_json(&self) -> Zeroizing<Vec<u8>> {
        let credentials: Vec<_> =
            self.connections.iter().map(|sealed| Zeroizing::new(to_base64(&sealed.stored.to_bytes()))).collect();
        let connections = self
            .connections
            .iter()
            .zip(&credentials)
            .map(|(sealed, credential)| SealedWire { connection: &sealed.connection, custody: sealed.passing(), credential })
            .collect();
        let secret =
            |sealed: &SealedApp| sealed.secret.as_ref().map(|secret| Zeroizing::new(to_base64(secret.expose().as_bytes())));
        let secrets: Vec<_> = self.apps.iter().map(secret).collect();
        let apps = self.apps.iter().zip(&secrets);
        let wire = ManifestWire {
            version: self.version,
            bundle_id: self.bundle_id.clone(),
            created: self.created,
            expires: self.expires,
            sender: self.sender.clone(),
            recipient_fingerprint: self.recipient.clone(),
            connections,
            apps: apps
                .map(|(sealed, secret)| AppWire { app: &sealed.app, secret: secret.as_ref().map(|text| text.as_str()) })
                .collect(),
        };
        // Measured first: a growing buffer would leave copies of the tokens behind.
        let mut length = Length(0);
        let measured = serde_json::to_writer(&mut length, &wire);
        let mut json = Zeroizing::new(Vec::with_capacity(length.0));
        match measured.and_then(|()| serde_json::to_writer(&mut *json, &wire)) {
            Ok(()) => json,
            Err(_) => unreachable!("strings, numbers and dates always serialise"),
        }
    }

    /// Reads JSON whose signature has been verified. `bundle_version` for everything that isn't of this format: a
    /// pinned sender wrote it, so it isn't damage. Without the parser's words, which would quote tokens.
    pub(crate) fn from_json(json: &[u8]) -> Result<Self> {
        let version = serde_json::from_slice::<VersionWire>(json).map_err(|_| other_format())?.version;
        if version != u64::from(Self::VERSION) {
            return Err(Error::new(ErrorCode::BundleVersion).with("version", version));
        }
        let wire: ManifestWire<'_, Connection, App> = serde_json::from_slice(json).map_err(|_| other_format())?;
        let mut connections = Vec::with_capacity(wire.connections.len());
        for sealed in wire.connections {
            let bytes = Zeroizing::new(from_base64(sealed.credential).ok_or_else(other_format)?);
            let stored = Stored::from_bytes(&bytes).map_err(|_| other_format())?;
            let passed = Sealed { connection: sealed.connection, stored };
            if passed.passing() != sealed.custody {
                return Err(Error::new(ErrorCode::BundleDamaged).detail("its custody contradicts its credential"));
            }
            connections.push(passed);
        }
        let apps = wire.apps.into_iter().map(AppWire::read).collect::<Result<Vec<_>>>()?;
        Ok(Self {
            version: wire.version,
            bundle_id: wire.bundle_id,
            created: wire.created,
            expires: wire.expires,
            sender: wire.sender,
            recipient: wire.recipient_fingerprint,
            connections,
            apps,
        })
    }
}

/// The sender a manifest claims, to choose the pinned key by. Proves nothing.
pub(crate) fn claimed_sender(json: &[u8]) -> Option<Fingerprint> {
    let SenderWire { sender } = serde_json::from_slice(json).ok()?;
    is_hex(sender.as_str(), FINGERPRINT_BYTES).then_some(sender)
}

/// Whether this is a bundle's id.
pub(crate) fn is_bundle_id(text: &str) -> bool {
    is_hex(text, ID_BYTES)
}

const ID_BYTES: usize = 16;

impl Sealed {
    fn check(&self) -> Result<(), &'static str> {
        let Self { connection, stored } = self;
        let kind = match &stored.credential {
            Credential::Rotating { fallback, .. } if fallback.is_some() != connection.has_fallback => {
                return Err("a connection and its credential differ about the fallback key");
            }
            Credential::Rotating { .. } => CredentialKind::Rotating,
            Credential::Reusable { .. } => CredentialKind::Reusable,
            Credential::Static { .. } => CredentialKind::Static,
        };
        if kind != connection.kind {
            return Err("a connection and its credential are of different kinds");
        }
        if stored.version != connection.version {
            return Err("a connection and its credential are of different versions");
        }
        if !connection.is_reckonable() {
            return Err("a connection's dates, lives or version are out of range");
        }
        // Core reads these from its own catalog without a second look; this is where they come from outside.
        if BaseUrl::parse(connection.base_url.as_str()).as_ref() != Ok(&connection.base_url) {
            return Err("a connection's address isn't one");
        }
        if Label::parse(connection.label.as_str()).as_ref() != Ok(&connection.label) {
            return Err("a connection's label isn't one");
        }
        Ok(())
    }
}

impl SealedApp {
    fn check(&self) -> Result<(), &'static str> {
        let Self { app, secret } = self;
        if secret.is_some() != app.has_secret {
            return Err("an app and its secret differ about whether there is one");
        }
        if !app.is_reckonable() {
            return Err("an app's date is out of range");
        }
        if Label::parse(app.label.as_str()).as_ref() != Ok(&app.label) {
            return Err("an app's label isn't one");
        }
        Ok(())
    }
}

impl AppWire<'_, App> {
    fn read(self) -> Result<SealedApp> {
        let secret = match self.secret {
            Some(text) => {
                let bytes = Zeroizing::new(from_base64(text).ok_or_else(other_format)?);
                let text = std::str::from_utf8(&bytes).map_err(|_| other_format())?;
                Some(ClientSecret::new(text.to_owned()))
            }
            None => None,
        };
        Ok(SealedApp { app: self.app, secret })
    }
}

fn other_format() -> Error {
    Error::new(ErrorCode::BundleVersion).detail("its content isn't in a format this Bulla reads")
}

/// `C` and `A` are references when writing and owned when reading.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestWire<'a, C, A> {
    version: u8,
    bundle_id: String,
    created: DateTime<Utc>,
    expires: DateTime<Utc>,
    sender: Fingerprint,
    recipient_fingerprint: Fingerprint,
    #[serde(borrow)]
    connections: Vec<SealedWire<'a, C>>,
    #[serde(borrow)]
    apps: Vec<AppWire<'a, A>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AppWire<'a, A> {
    app: A,
    /// Base64, as a credential is.
    secret: Option<&'a str>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedWire<'a, C> {
    connection: C,
    custody: Passing,
    /// Base64, so that the parser lends it out of the wiped buffer and never unescapes it into one of its own.
    credential: &'a str,
}

#[derive(Deserialize)]
struct VersionWire {
    version: u64,
}

#[derive(Deserialize)]
struct SenderWire {
    sender: Fingerprint,
}

/// Counts what is written.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
