//! Feishu and Lark, whose codes are the same: the consent page, app tokens, user tokens and the gateway before the APIs.
//!
//! Sources are pages of open.feishu.cn and open.larksuite.com, and for the page's sentences what people quote. What other
//! documents say of 99991663 (an ended refresh token) and 99991668 (a wrong app secret) is not true.

use bulla_core::ErrorCode as Code;
use bulla_core::ProviderKind::Feishu;

use super::{Row, number, words};

const PAGE: &str = "obtain-oauth-code, errors of the page; its sentences as quoted in public issues";
const APP: &str = "generic error codes (ugjM14COyUjL4ITN), app and tenant tokens";
const V1: &str = "historic-version/authen, v1";
const V2: &str = "authentication-management/access-token, v2 and v3 token endpoint";
const POLICY: &str = "larksuite/cli, internal/auth";
const GATEWAY: &str = "generic error codes (ugjM14COyUjL4ITN), gateway";

pub(super) const ROWS: &[Row] = &[
    // The consent page, which never leads back.
    number("20029", Feishu, Code::RedirectNotRegistered, PAGE),
    words("重定向 URL 有误", Feishu, Code::RedirectNotRegistered, PAGE),
    words("redirect_uri 请求不合法", Feishu, Code::RedirectNotRegistered, PAGE),
    words("redirect_uri request is invalid", Feishu, Code::RedirectNotRegistered, PAGE),
    words("redirect_uri unmatch", Feishu, Code::RedirectNotRegistered, PAGE),
    number("20027", Feishu, Code::ScopeNotEnabled, PAGE),
    number("20010", Feishu, Code::AppNotForPerson, PAGE),
    // The app's own tokens.
    number("10003", Feishu, Code::AppRefused, APP),
    number("10005", Feishu, Code::AppRefused, APP),
    number("10012", Feishu, Code::AppRefused, APP),
    number("10013", Feishu, Code::AppRefused, APP),
    number("10014", Feishu, Code::AppRefused, APP),
    words("app secret invalid", Feishu, Code::AppRefused, APP),
    words("app id not exists", Feishu, Code::AppRefused, APP),
    number("10015", Feishu, Code::AppRefused, APP),
    number("99991543", Feishu, Code::AppRefused, GATEWAY),
    // The token endpoint.
    number("20001", Feishu, Code::BadRequest, V2),
    number("20036", Feishu, Code::BadRequest, V2),
    number("20063", Feishu, Code::BadRequest, V2),
    number("20067", Feishu, Code::BadRequest, V2),
    number("20070", Feishu, Code::BadRequest, V2),
    number("20002", Feishu, Code::AppRefused, V2),
    number("20048", Feishu, Code::AppRefused, V2),
    number("20003", Feishu, Code::CodeNotAccepted, V2),
    number("20004", Feishu, Code::CodeNotAccepted, V2),
    number("20065", Feishu, Code::CodeNotAccepted, V2),
    number("20049", Feishu, Code::CodeNotAccepted, V2),
    number("20008", Feishu, Code::AccountGone, V2),
    number("20066", Feishu, Code::AccountGone, V2),
    number("20009", Feishu, Code::AppDisabled, V2),
    number("20069", Feishu, Code::AppDisabled, V2),
    number("20024", Feishu, Code::AppMismatch, V2),
    number("20026", Feishu, Code::RefreshNotFound, V2),
    number("20037", Feishu, Code::RefreshExpired, V2),
    number("20064", Feishu, Code::RefreshNotFound, V2),
    number("20073", Feishu, Code::RefreshNotFound, V2),
    number("20068", Feishu, Code::ScopeNotEnabled, V2),
    number("20071", Feishu, Code::RedirectNotRegistered, V2),
    number("20074", Feishu, Code::RefreshNotEnabled, V2),
    number("20050", Feishu, Code::ProviderUnavailable, V2),
    number("20072", Feishu, Code::ProviderUnavailable, V2),
    number("21000", Feishu, Code::SignInAgain, POLICY),
    number("21001", Feishu, Code::BlockedByAdmin, POLICY),
    // The endpoints before it.
    number("20005", Feishu, Code::AccessNotAccepted, V1),
    number("20014", Feishu, Code::WrongTokenKind, V1),
    number("20021", Feishu, Code::AccountGone, V1),
    number("20022", Feishu, Code::AccountGone, V1),
    number("20023", Feishu, Code::AccountGone, V1),
    number("20038", Feishu, Code::RefreshNotFound, V1),
    number("20042", Feishu, Code::AppDisabled, V1),
    number("20046", Feishu, Code::BrandMismatch, V1),
    // The gateway.
    number("99991661", Feishu, Code::TokenNotSent, GATEWAY),
    number("99991671", Feishu, Code::TokenNotSent, GATEWAY),
    number("99991662", Feishu, Code::AppDisabled, GATEWAY),
    number("99991673", Feishu, Code::AppDisabled, GATEWAY),
    number("99991663", Feishu, Code::WrongTokenKind, GATEWAY),
    number("99991664", Feishu, Code::WrongTokenKind, GATEWAY),
    number("99991665", Feishu, Code::WrongTokenKind, GATEWAY),
    number("99991668", Feishu, Code::WrongTokenKind, GATEWAY),
    words("Invalid access token for authorization", Feishu, Code::WrongTokenKind, GATEWAY),
    number("99991669", Feishu, Code::RefreshNotFound, GATEWAY),
    number("99991672", Feishu, Code::ScopeNotEnabled, GATEWAY),
    number("99991676", Feishu, Code::ScopeNotGranted, GATEWAY),
    number("99991679", Feishu, Code::ScopeNotGranted, GATEWAY),
    number("99991677", Feishu, Code::TokenExpired, GATEWAY),
    number("99991400", Feishu, Code::RateLimited, GATEWAY),
    number("99991401", Feishu, Code::IpNotAllowed, GATEWAY),
    number("99991403", Feishu, Code::PaymentRequired, GATEWAY),
];
