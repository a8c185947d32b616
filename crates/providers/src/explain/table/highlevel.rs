//! HighLevel, which has no codes: its messages are all there is to decide by.

use bulla_core::ErrorCode as Code;
use bulla_core::ProviderKind::HighLevel;

use super::{Row, words};

const OAUTH: &str = "GoHighLevel/highlevel-api-docs, apps/v3/oauth-v3.json examples";
const ISSUES: &str = "GoHighLevel/highlevel-api-docs issues #213, #249";

pub(super) const ROWS: &[Row] = &[
    words("Invalid grant: refresh token is invalid", HighLevel, Code::RefreshNotFound, OAUTH),
    words("Location is not active", HighLevel, Code::LocationInactive, OAUTH),
    words("The token does not have access to this location", HighLevel, Code::OtherLocation, ISSUES),
    words("Invalid token: access token is invalid", HighLevel, Code::AccessNotAccepted, OAUTH),
    words("Invalid JWT", HighLevel, Code::AccessNotAccepted, ISSUES),
    words("Missing parameter: clientId", HighLevel, Code::AppRefused, OAUTH),
    words("Missing parameter: clientSecret", HighLevel, Code::AppRefused, OAUTH),
    words("Invalid parameter: grantType", HighLevel, Code::BadRequest, OAUTH),
];
