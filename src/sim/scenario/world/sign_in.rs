//! How the people of a world sign in, where they have to.
//! It must never hold a secret: everything here is simulated.

use serde::{Deserialize, Serialize};

/// How people come to their credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignIn {
    /// In a browser, at IAM Identity Center; whoever signed in last did so yesterday, and that has run out.
    Sso,
    /// By the code of a device.
    Mfa,
}
