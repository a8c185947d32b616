//! What can be learnt of the keychain's service without asking it for anything: no prompt ever comes from here.

/// How to look, on this platform. Each call blocks for two seconds at most, and must not run on a tokio worker.
#[derive(Clone, Copy)]
pub(super) struct Outside {
    /// The process that is the service now. Another one later means that whatever waits for this one waits for ever.
    pub(super) owner: fn() -> Option<String>,
    /// Whether the default collection is locked. `None` when that cannot be told.
    pub(super) locked: fn() -> Option<bool>,
}

impl Outside {
    /// Where nothing can be seen from outside.
    pub(super) const BLIND: Self = Self { owner: || None, locked: || None };

    #[cfg(not(target_os = "linux"))]
    pub(super) const SYSTEM: Self = Self::BLIND;

    #[cfg(target_os = "linux")]
    pub(super) const SYSTEM: Self = Self { owner: secret_service::owner, locked: secret_service::is_locked };
}

/// Secret Service API, sections "Service" and "Collection" (specifications.freedesktop.org/secret-service).
#[cfg(target_os = "linux")]
mod secret_service {
    use std::time::Duration;

    use zbus::blocking::connection::Builder;
    use zbus::blocking::{Connection, Proxy};
    use zbus::zvariant::OwnedObjectPath;

    const NAME: &str = "org.freedesktop.secrets";
    const LIMIT: Duration = Duration::from_secs(2);

    pub(super) fn owner() -> Option<String> {
        let bus = Proxy::new(&bus()?, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus").ok()?;
        bus.call("GetNameOwner", &NAME).ok()
    }

    pub(super) fn is_locked() -> Option<bool> {
        // Asked by its unique name: asking by the other one would start a service that is not there.
        let owner = owner()?;
        let bus = bus()?;
        let service = Proxy::new(&bus, owner.clone(), "/org/freedesktop/secrets", "org.freedesktop.Secret.Service").ok()?;
        let collection: OwnedObjectPath = service.call("ReadAlias", &"default").ok()?;
        if collection.as_str() == "/" {
            return None;
        }
        let properties = Proxy::new(&bus, owner, collection, "org.freedesktop.DBus.Properties").ok()?;
        let locked: zbus::zvariant::OwnedValue = properties.call("Get", &("org.freedesktop.Secret.Collection", "Locked")).ok()?;
        locked.try_into().ok()
    }

    fn bus() -> Option<Connection> {
        Builder::session().ok()?.method_timeout(LIMIT).build().ok()
    }
}
