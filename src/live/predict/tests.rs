mod shapes;
use crate::live::predict;
