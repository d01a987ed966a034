;; The engine's one kernel: the product of a matrix and a vector, in float32, 128 bits at a time.
;; `make kernels` builds kernels.wasm from it. kernels.js owns the memory and calls it.
(module
  (memory (export "memory") 1)

  ;; out[r] = sum over c of matrix[r, c] * vector[c]. Addresses are in bytes and multiples of 16; rows are adjacent, and
  ;; their length, `columns`, is a multiple of 16 numbers.
  (func (export "product") (param $matrix i32) (param $vector i32) (param $out i32) (param $rows i32) (param $columns i32)
    (local $end i32) (local $at i32) (local $until i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $rows) (i32.const 2))))
    (local.set $until (i32.add (local.get $vector) (i32.shl (local.get $columns) (i32.const 2))))
    (block $done
      (loop $row
        (br_if $done (i32.ge_u (local.get $out) (local.get $end)))
        (local.set $at (local.get $vector))
        (local.set $a (v128.const i32x4 0 0 0 0))
        (local.set $b (local.get $a))
        (local.set $c (local.get $a))
        (local.set $d (local.get $a))
        (loop $column ;; four sums, because an addition must wait for the one before it
          (local.set $a (f32x4.add (local.get $a)
            (f32x4.mul (v128.load (local.get $matrix)) (v128.load (local.get $at)))))
          (local.set $b (f32x4.add (local.get $b)
            (f32x4.mul (v128.load offset=16 (local.get $matrix)) (v128.load offset=16 (local.get $at)))))
          (local.set $c (f32x4.add (local.get $c)
            (f32x4.mul (v128.load offset=32 (local.get $matrix)) (v128.load offset=32 (local.get $at)))))
          (local.set $d (f32x4.add (local.get $d)
            (f32x4.mul (v128.load offset=48 (local.get $matrix)) (v128.load offset=48 (local.get $at)))))
          (local.set $matrix (i32.add (local.get $matrix) (i32.const 64)))
          (local.set $at (i32.add (local.get $at) (i32.const 64)))
          (br_if $column (i32.lt_u (local.get $at) (local.get $until))))
        (local.set $a (f32x4.add (f32x4.add (local.get $a) (local.get $b)) (f32x4.add (local.get $c) (local.get $d))))
        (f32.store (local.get $out) (f32.add
          (f32.add (f32x4.extract_lane 0 (local.get $a)) (f32x4.extract_lane 1 (local.get $a)))
          (f32.add (f32x4.extract_lane 2 (local.get $a)) (f32x4.extract_lane 3 (local.get $a)))))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (br $row)))))
