//! The safety-rule solver against judges that share nothing with it: a brute force written here in the words of the
//! AWS guide, and the simulator's own rules behind the real SDK.

mod brute;
mod guide;
mod simulated;
