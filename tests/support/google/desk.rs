//! What a test does with Google: people, projects, clients, tokens without a browser, and files for programs.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use serde_json::Value;

use super::FakeGoogle;
use super::authorize::Answer;
use super::cloud::{Client, ClientState, Delegation, Project, ServiceAccount};
use super::ledger::{AccessToken, Holder, RefreshToken, WhyDead};
use super::people::{AccountState, Person};
use super::provider::Sheet;
use super::scopes;
use super::signing::RsaKey;
use crate::fake::Attempt;

/// What a finished consent gives a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    pub access_token: String,
    pub refresh_token: String,
    /// Granted, as Google spells them.
    pub scopes: Vec<String>,
}

/// The console.
impl FakeGoogle {
    /// Adds a project, or puts it in the place of the one with the same id. Tokens keep the ends they were given.
    pub fn set_project(&self, project: Project) {
        self.alter(|google| {
            google.projects.retain(|p| p.id != project.id);
            google.projects.push(project);
        });
    }

    /// A Desktop client of this project, which is made (published, verified) when there is none.
    pub fn add_desktop_client(&self, project: &str) -> Client {
        self.add_client(Client::installed(project))
    }

    pub fn add_client(&self, client: Client) -> Client {
        self.alter(|google| {
            if !google.projects.iter().any(|p| p.id == client.project) {
                google.projects.push(Project::new(&client.project));
            }
            google.clients.push(client.clone());
        });
        client
    }

    /// Deletes a client, disables it, or brings it back.
    pub fn set_client_state(&self, client: &Client, state: ClientState) {
        self.change_client(client, |c| c.state = state);
    }

    /// Gives a client a new secret; the old one is refused from then on.
    pub fn reset_secret(&self, client: &Client) -> Client {
        let secret = Client::installed(&client.project).secret;
        self.change_client(client, |c| c.secret.clone_from(&secret));
        Client { secret, ..client.clone() }
    }

    /// A service account with a key of its own, in a project that is made when there is none.
    pub fn add_service_account(&self, name: &str, project: &str) -> ServiceAccount {
        let account = ServiceAccount::new(name, project);
        self.alter(|google| {
            if !google.projects.iter().any(|p| p.id == project) {
                google.projects.push(Project::new(project));
            }
            google.service_accounts.push(account.clone());
        });
        account
    }

    /// Deletes the account's key and makes another: files with the old one get "Invalid JWT Signature.".
    pub fn replace_key(&self, account: &ServiceAccount) -> ServiceAccount {
        let key = RsaKey::generate();
        self.change_account(account, |a| a.key = key.clone());
        ServiceAccount { key, ..account.clone() }
    }

    pub fn disable_service_account(&self, account: &ServiceAccount) {
        self.change_account(account, |a| a.disabled = true);
    }

    /// The Admin console's domain-wide delegation, from now on.
    pub fn allow_delegation(&self, domain: &str, account: &ServiceAccount, scopes: &[&str]) {
        let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        let from = self.now();
        let (domain, client_id) = (domain.to_owned(), account.client_id.clone());
        self.alter(|google| google.delegations.push(Delegation { domain, client_id, scopes, from }));
    }

    fn change_client(&self, client: &Client, change: impl Fn(&mut Client)) {
        self.alter(|google| google.clients.iter_mut().filter(|c| c.id == client.id).for_each(change));
    }

    fn change_account(&self, account: &ServiceAccount, change: impl Fn(&mut ServiceAccount)) {
        self.alter(|google| google.service_accounts.iter_mut().filter(|a| a.email == account.email).for_each(change));
    }
}

/// People.
impl FakeGoogle {
    /// Adds an account, or puts it in the place of the one with the same address.
    pub fn set_person(&self, person: Person) -> Person {
        self.alter(|google| {
            google.people.retain(|p| p.email != person.email);
            google.people.push(person.clone());
        });
        person
    }

    pub fn set_account_state(&self, email: &str, state: AccountState) {
        self.alter(|google| google.people.iter_mut().filter(|p| p.email == email).for_each(|p| p.state = state));
    }

    /// A new password: every refresh token of the person that carries a Gmail scope is dead [OVW]. That access tokens with
    /// one end too is assumed.
    pub fn change_password(&self, email: &str) {
        self.alter(|google| {
            let sub = google.person(email).unwrap_or_else(|| panic!("{email} has no account")).sub.clone();
            let carries = |scopes: &[String]| scopes.iter().any(|s| scopes::is_gmail(s));
            for token in google.ledger.refresh_tokens.iter_mut().filter(|t| t.person == sub && carries(&t.scopes)) {
                token.dead = token.dead.or(Some(WhyDead::NewPassword));
            }
            let holder = Holder::Person(sub);
            for token in google.ledger.access_tokens.iter_mut().filter(|t| t.holder == holder && carries(&t.scopes)) {
                token.revoked = true;
            }
        });
    }

    /// The person removes the app at myaccount.google.com/permissions.
    pub fn remove_access(&self, email: &str, project: &str) {
        let now = self.now();
        self.alter(|google| {
            let sub = google.person(email).unwrap_or_else(|| panic!("{email} has no account")).sub.clone();
            google.withdraw(project, &sub, now);
        });
    }

    /// A spreadsheet that these addresses may open. The same id again replaces it.
    pub fn share_sheet(&self, id: &str, title: &str, readers: &[&str]) {
        let readers = readers.iter().map(|&reader| reader.to_owned()).collect();
        let sheet = Sheet { id: id.to_owned(), title: title.to_owned(), readers };
        self.alter(|google| {
            google.sheets.retain(|s| s.id != sheet.id);
            google.sheets.push(sheet);
        });
    }
}

/// Consents.
impl FakeGoogle {
    /// From now on this answer stands in for a person: authorization requests go straight to the callback. `None` shows the
    /// pages again.
    pub fn answer_consents(&self, answer: Option<Answer>) {
        self.alter(|google| google.answering = answer);
    }

    /// What a consent for offline access would have given, without a browser.
    ///
    /// # Panics
    /// When the person or client isn't known, or a scope isn't spelled as Google wants it.
    pub fn issue(&self, client: &Client, email: &str, wanted: &[&str]) -> Issued {
        self.issue_aged(client, email, wanted, TimeDelta::zero())
    }

    /// The same, a while ago.
    ///
    /// # Panics
    /// As [`Self::issue`].
    pub fn issue_aged(&self, client: &Client, email: &str, wanted: &[&str], age: TimeDelta) -> Issued {
        let began = self.now() - age;
        let scopes = scopes::read(&wanted.join(" ")).unwrap_or_else(|unknown| panic!("no scopes: {unknown:?}"));
        self.alter(|google| {
            let sub = google.person(email).unwrap_or_else(|| panic!("{email} has no account")).sub.clone();
            let serial = google.add_access(client, Holder::Person(sub.clone()), &scopes, true, began);
            let refresh = google.add_refresh(client, &sub, &scopes, began);
            google.granted.entry((client.project.clone(), sub)).or_default().extend(scopes.iter().cloned());
            let access_token = google.ledger.access_tokens[serial].token.clone();
            Issued { access_token, refresh_token: refresh.token, scopes }
        })
    }

    /// Whether refreshes of ending tokens repeat `refresh_token_expires_in`, which nobody has verified (reference, section
    /// 13). Off at first.
    pub fn repeat_refresh_life(&self, repeat: bool) {
        self.alter(|google| google.repeats_refresh_life = repeat);
    }
}

/// Files for programs.
impl FakeGoogle {
    /// What the console offers for download as `client_secret_….json`, with this fake's endpoints.
    pub fn client_secret_json(&self, client: &Client) -> Value {
        client.file(&self.base_url())
    }

    /// The same as a file `client_secret.json` in this folder.
    ///
    /// # Panics
    /// When it can't be written.
    pub fn write_client_secret(&self, folder: &Path, client: &Client) -> PathBuf {
        write(folder.join("client_secret.json"), &self.client_secret_json(client))
    }

    /// A service account's key file, with this fake's endpoints.
    pub fn service_account_json(&self, account: &ServiceAccount) -> Value {
        account.file(&self.base_url())
    }

    /// The same as a file `service_account.json` in this folder.
    ///
    /// # Panics
    /// When it can't be written.
    pub fn write_service_account(&self, folder: &Path, account: &ServiceAccount) -> PathBuf {
        write(folder.join("service_account.json"), &self.service_account_json(account))
    }
}

/// Looking back.
impl FakeGoogle {
    pub fn exchanges_ok(&self) -> Vec<Attempt> {
        self.ledger().exchanges_ok().into_iter().cloned().collect()
    }

    pub fn refreshes_ok(&self) -> Vec<Attempt> {
        self.ledger().refreshes_ok().into_iter().cloned().collect()
    }

    /// # Panics
    /// When the token isn't from here.
    pub fn refresh_token(&self, token: &str) -> RefreshToken {
        self.ledger().refresh_token(token).cloned().unwrap_or_else(|| panic!("{token} isn't from here"))
    }

    /// # Panics
    /// When the token isn't from here.
    pub fn access_token(&self, token: &str) -> AccessToken {
        self.ledger().access_token(token).cloned().unwrap_or_else(|| panic!("{token} isn't from here"))
    }
}

fn write(path: PathBuf, content: &Value) -> PathBuf {
    fs::write(&path, format!("{content:#}\n")).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    path
}
