;; A contract that does one thing too much at a time.
(module
  (import "x" "1" (func $event (param i64 i64) (result i64)))
  (import "v" "_" (func $list (result i64)))
  (import "b" "3" (func $bytes (param i64 i64) (result i64)))
  (import "b" "8" (func $length (param i64) (result i64)))
  (import "l" "_" (func $put (param i64 i64 i64) (result i64)))
  (import "l" "1" (func $get (param i64 i64) (result i64)))
  (memory (export "memory") 4)
  ;; The number 1, as the host passes it: the key of what is stored.
  (global $key i64 (i64.const 0x100000004))
  ;; Announces so many bytes.
  (func (export "announce") (param $count i64) (result i64)
    (call $event (call $list) (call $bytes (i64.const 4) (local.get $count))))
  ;; Stores so many bytes for long.
  (func (export "store") (param $count i64) (result i64)
    (call $put (global.get $key) (call $bytes (i64.const 4) (local.get $count)) (i64.const 1)))
  ;; Stores a number under a key of so many bytes.
  (func (export "name") (param $count i64) (result i64)
    (call $put (call $bytes (i64.const 4) (local.get $count)) (global.get $key) (i64.const 1)))
  ;; How many bytes are stored.
  (func (export "stored") (result i64)
    (call $length (call $get (global.get $key) (i64.const 1))))
  ;; Never ends.
  (func (export "spin") (result i64)
    (loop $again (br $again))
    (i64.const 2))
  ;; Version of the host's interface: protocol 22.
  (@custom "contractenvmetav0" "\00\00\00\00\00\00\00\16\00\00\00\00"))
