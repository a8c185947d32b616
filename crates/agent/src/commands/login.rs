//! `login`, `renew` and `revoke`: consents in the person's browser, from here or from another machine.

use std::io::BufRead;

use bulla_core::{AppId, Error, ErrorCode, ProviderKind};
use bulla_home::providers::Wish;
use bulla_home::providers::consent::{FlowHandle, Limits};
use bulla_home::providers::oidc::{RefreshTokens, discover};
use bulla_home::{AppRequest, Finished, Home, LoggedIn, LoginRequest, words};
use tokio::sync::mpsc;

use crate::cli_login::{AppProvider, Login, NewLogin, Renew, Waiting, WithApp};
use crate::context::Context;
use crate::failure::Outcome;
use crate::{browser, input, say};

use super::{apps, show};

pub(crate) async fn login(context: &mut Context, what: Login) -> Outcome {
    let (new, app) = match what {
        Login::Google { new, client_secrets, app } => {
            let app = match client_secrets {
                Some(file) => AppId(apps::add_file(context, AppProvider::Google, &file, None).await?.id),
                None => named(context, app.as_deref(), ProviderKind::Google).await?,
            };
            (new, app)
        }
        Login::Feishu(asked) => with_app(context, asked, ProviderKind::Feishu).await?,
        Login::Lark(asked) => with_app(context, asked, ProviderKind::Lark).await?,
        Login::Highlevel(asked) => with_app(context, asked, ProviderKind::HighLevel).await?,
        Login::Oidc { new, issuer, client_id, client_secret_file, reusable, app } => {
            let app = match (issuer, client_id) {
                (Some(issuer), Some(client_id)) => {
                    let secret = match client_secret_file {
                        Some(file) if file.to_str() == Some("-") => Some(input::piped_secret(&context.out)?),
                        Some(file) => Some(input::secret_file(&file, &context.out)?),
                        None => None,
                    };
                    let mut settings = discover(&issuer).await?.settings;
                    if reusable {
                        settings.refresh_tokens = RefreshTokens::Reusable;
                    }
                    let request = AppRequest {
                        label: client_id.clone(),
                        provider: ProviderKind::Oidc,
                        client_id,
                        secret: secret.map(|secret| bulla_core::ClientSecret::new(secret.trim().to_owned())),
                        settings: settings.into_settings(),
                    };
                    AppId(context.home().await?.add_app(request).await?.id)
                }
                _ => named(context, app.as_deref(), ProviderKind::Oidc).await?,
            };
            (new, app)
        }
    };
    let home = context.home().await?;
    let request = LoginRequest {
        app,
        wish: Wish { scopes: new.scopes, login_hint: None, port: new.waiting.redirect_port },
        label: new.label,
        person: new.person,
        renews: None,
        pages: words::pages(context.out.language()),
        limits: limits(&new.waiting),
    };
    consent(context, &home, request, new.waiting.no_browser, false).await
}

pub(crate) async fn renew(context: &mut Context, asked: Renew) -> Outcome {
    let (home, id) = context.kept(&asked.connection.connection).await?;
    let view = home.view(id).await?;
    let Some(grant) = home.grant(id).await? else {
        return Err(Error::new(ErrorCode::ConsentNotPossible).with("label", &view.label).into());
    };
    let scopes = if asked.scopes.is_empty() { home.asked_scopes(id).await? } else { asked.scopes };
    let hint = view.identity.as_ref().and_then(|identity| identity.email.clone());
    let request = LoginRequest {
        app: AppId(grant.app),
        wish: Wish { scopes, login_hint: hint, port: asked.waiting.redirect_port },
        label: view.label,
        person: None,
        renews: Some(id),
        pages: words::pages(context.out.language()),
        limits: limits(&asked.waiting),
    };
    consent(context, &home, request, asked.waiting.no_browser, asked.another_person).await
}

pub(crate) async fn revoke(context: &mut Context, name: &str, yes: bool) -> Outcome {
    let (home, id) = context.kept(name).await?;
    let label = home.view(id).await?.label;
    let others = home.ends_with(id).await?;
    if !others.is_empty() && !yes {
        let error = Error::new(ErrorCode::RevokeEndsOthers).with("label", &label).with("matches", others.join(", "));
        return Err(error.into());
    }
    home.revoke(id).await?;
    context.out.note(&say::REVOKED, &[("label", &label)]);
    Ok(())
}

async fn with_app(context: &mut Context, asked: WithApp, provider: ProviderKind) -> Outcome<(NewLogin, AppId)> {
    let app = named(context, Some(&asked.app), provider).await?;
    Ok((asked.new, app))
}

async fn named(context: &mut Context, app: Option<&str>, provider: ProviderKind) -> Outcome<AppId> {
    let name = app.unwrap_or_default();
    let home = context.existing().await?.ok_or_else(|| Error::new(ErrorCode::AppNotFound).with("name", name))?;
    Ok(home.find_app(name, Some(provider)).await?)
}

fn limits(waiting: &Waiting) -> Limits {
    Limits { flow: waiting.timeout.to_std().unwrap_or_default(), ..Limits::default() }
}

/// Opens the browser, waits, and says what came of it.
async fn consent(context: &mut Context, home: &Home, request: LoginRequest, no_browser: bool, another: bool) -> Outcome {
    let login = home.begin_login(request).await?;
    let address = login.url().expose();
    if no_browser {
        context.out.note(&say::OPEN_ADDRESS, &[]);
        context.out.alone(address)?;
    } else {
        let key = if browser::open(address) { &say::BROWSER_OPENED } else { &say::BROWSER_MISSING };
        context.out.note(key, &[("address", address)]);
    }
    context.out.note(&say::PASTE_LANDED, &[]);
    let mut finished = waited(context, login.handle(), login.finish()).await?;
    loop {
        finished = match finished {
            Finished::Kept(kept) => return told(context, &kept),
            Finished::OtherPerson(unkept) if another => Finished::Kept(Box::new(unkept.keep().await?)),
            Finished::OtherPerson(unkept) => return Err(unkept.refused().into()),
            Finished::NeedsConfirmation(pending) => {
                if !agreed(context).await {
                    return Err(ErrorCode::ConsentCancelled.into());
                }
                pending.confirmed_by_person().await?
            }
        };
    }
}

/// Waits for the consent, and meanwhile takes addresses that a person pastes. The end of input is no Cancel.
async fn waited(
    context: &mut Context,
    handle: FlowHandle,
    finish: impl Future<Output = Result<Finished, Error>>,
) -> Outcome<Finished> {
    let mut lines = lines();
    let mut finish = std::pin::pin!(finish);
    let mut open = true;
    loop {
        tokio::select! {
            biased;
            finished = &mut finish => return Ok(finished?),
            line = lines.recv(), if open => match line {
                None => open = false,
                Some(line) if line.trim().is_empty() => {}
                Some(line) => if let Err(error) = handle.paste(&line) {
                    context.out.refuse_line(&error);
                },
            },
        }
    }
}

/// Lines of stdin, read by a thread of its own: nothing here can cancel a read.
fn lines() -> mpsc::Receiver<String> {
    let (tell, told) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if tell.blocking_send(line).is_err() {
                return;
            }
        }
    });
    told
}

/// Whether the person says that it was they who agreed just now. Where nobody can be asked, the answer is no.
async fn agreed(context: &mut Context) -> bool {
    if !input::can_ask() {
        return false;
    }
    context.out.note(&say::CONFIRM_CONSENT, &[]);
    let mut lines = lines();
    lines.recv().await.is_some_and(|line| line.trim() == context.out.text(&say::YES, &[]))
}

fn told(context: &mut Context, kept: &LoggedIn) -> Outcome {
    let view = &kept.view;
    let key = if kept.renewed { &say::CONSENTED_AGAIN } else { &say::KEPT };
    context.out.note(key, &[("label", &view.label)]);
    if let Some(identity) = &view.identity {
        context.out.note(&say::BELONGS_TO, &[("account", &show::account(identity))]);
    }
    if !kept.missing.is_empty() {
        context.out.warn(&say::NOT_GRANTED, &[("scopes", &kept.missing.join(", "))]);
    }
    for code in view.issues.iter().filter(|code| **code == ErrorCode::AppInTesting) {
        let cause = context.out.cause(*code);
        context.out.remark(&cause);
    }
    if context.out.is_json() { context.out.value(view) } else { Ok(()) }
}
