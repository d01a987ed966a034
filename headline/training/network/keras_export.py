"""Writes a network as a .keras or .tflite file."""

from pathlib import Path
from typing import Any

from headline.model.checkpoint import Checkpoint
from headline.training.network.keras_model import build_model, set_model_weights


def write_keras(checkpoint: Checkpoint, path: Path) -> None:
    """Write the Keras model: it takes rows of ids and returns logits."""
    model = build_model(checkpoint.config)
    set_model_weights(model, checkpoint.config, checkpoint.weights)
    model.save(path)


def write_tflite(checkpoint: Checkpoint, path: Path) -> None:
    """Write one step of the network as a TensorFlow Lite file."""
    import tensorflow as tf

    config = checkpoint.config
    arrays = checkpoint.step_tensors()

    @tf.function(autograph=False)
    def step(ids, **states):
        w = {name: tf.constant(tensor) for name, tensor in arrays.items()}
        nexts: dict[str, Any] = {}
        x = tf.gather(w["embedding"], ids)  # (B, E)
        for n in range(config.layers):
            h = states[f"h_{n}"]
            for k in range(config.mogrifier):
                kernel, bias = (w[f"lstm_{n}.mogrifier_{k}.{part}"] for part in ("kernel", "bias"))
                gate = 2 * tf.sigmoid(tf.matmul(x if k % 2 else h, kernel) + bias)
                x, h = (x, gate * h) if k % 2 else (gate * x, h)
            kernel, recurrent = w[f"lstm_{n}.kernel"], w[f"lstm_{n}.recurrent_kernel"]
            z = tf.matmul(x, kernel) + tf.matmul(h, recurrent) + w[f"lstm_{n}.bias"]  # (B, 4U)
            i, f, g, o = tf.split(z, 4, axis=1)
            c = tf.sigmoid(f) * states[f"c_{n}"] + tf.sigmoid(i) * tf.tanh(g)
            x = tf.sigmoid(o) * tf.tanh(c)
            nexts |= {f"next_h_{n}": x, f"next_c_{n}": c}
        if config.projected:
            x = tf.matmul(x, w["projection.kernel"]) + w["projection.bias"]
        kernel = w["embedding"] if config.causal else w["softmax.kernel"]
        logits = tf.matmul(x, kernel, transpose_b=config.causal) + w["softmax.bias"]  # (B, V)
        return {"logits": logits, "probabilities": tf.nn.softmax(logits / w["temperature"])} | nexts

    module = tf.Module()
    module.step = step
    concrete = step.get_concrete_function(
        ids=tf.TensorSpec([None], tf.int64, "ids"),
        **{name: tf.TensorSpec([None, config.units], tf.float32, name) for name in config.state_names},
    )
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], module)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    path.write_bytes(converter.convert())
